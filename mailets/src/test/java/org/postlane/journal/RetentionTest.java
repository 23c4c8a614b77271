// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.journal.Journals.delivered;
import static org.postlane.journal.Journals.failed;
import static org.postlane.journal.Journals.isDelivered;
import static org.postlane.journal.Journals.item;
import static org.postlane.journal.Journals.written;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long things are remembered, and that files and memory go with them. */
class RetentionTest {
    /** A clock that goes when it is told to. */
    private static final class Hands extends Clock {
        private volatile Instant now = Journals.NOON;

        void advance(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private final Hands clock = new Hands();

    @TempDir
    private Path directory;

    private FileJournal open(JournalSettings settings) throws IOException {
        return FileJournal.open(directory, settings, SegmentFile::create, clock);
    }

    @Test
    void aDeliveredRecipientIsRememberedForItsTimeAcrossARestart() throws IOException {
        JournalSettings settings = Journals.SMALL.withRememberDelivered(Duration.ofMinutes(5), 100);
        try (FileJournal journal = open(settings)) {
            written(journal.record(item("mail-1"), List.of(delivered("a@example.org"))));
            journal.done(item("mail-1"));
        }
        clock.advance(Duration.ofMinutes(4));
        try (FileJournal journal = open(settings)) {
            assertThat(isDelivered(journal.recall(item("mail-1")), "a@example.org")).isTrue();
            clock.advance(Duration.ofMinutes(2));
            await().until(() -> journal.stats().rememberedRecipients() == 0);
            assertThat(journal.recall(item("mail-1")).isEmpty()).isTrue();
        }
    }

    @Test
    void ofTooManyDeliveredRecipientsTheOldestAreForgottenFirst() throws IOException {
        JournalSettings settings = Journals.SMALL.withRememberDelivered(Duration.ofMinutes(5), 10);
        try (FileJournal journal = open(settings)) {
            for (int i = 0; i < 20; i++) {
                clock.advance(Duration.ofSeconds(1));
                written(journal.record(item("mail-" + i), List.of(delivered("a@example.org"))));
                journal.done(item("mail-" + i));
            }
            assertLastTenKnown(journal);
        }
        try (FileJournal journal = open(settings)) {
            assertLastTenKnown(journal);
        }
    }

    private static void assertLastTenKnown(FileJournal journal) {
        assertThat(journal.stats().rememberedRecipients()).isEqualTo(10);
        for (int i = 0; i < 20; i++) {
            assertThat(journal.recall(item("mail-" + i)).isEmpty()).as("mail %s", i).isEqualTo(i < 10);
        }
    }

    @Test
    void anOpenMailIsNotForgottenByNumberOrByTheTimeOfDoneOnes() throws IOException {
        JournalSettings settings = Journals.SMALL.withRememberDelivered(Duration.ZERO, 0);
        try (FileJournal journal = open(settings)) {
            for (int i = 0; i < 100; i++) {
                written(journal.record(item("mail-" + i), List.of(delivered("a@example.org"))));
            }
            clock.advance(Duration.ofDays(4));
        }
        try (FileJournal journal = open(settings)) {
            assertThat(journal.stats().openMails()).isEqualTo(100);
        }
    }

    @Test
    void aMailWhoseItemNeverCameBackIsForgottenAfterDaysAndOneThatWasSeenIsNot() throws IOException {
        try (FileJournal journal = open(Journals.SMALL)) {
            written(journal.record(item("gone"), List.of(failed("a@example.org"))));
            written(journal.record(item("seen"), List.of(failed("a@example.org"))));
        }
        clock.advance(Duration.ofDays(4));
        try (FileJournal journal = open(Journals.SMALL)) {
            assertThat(journal.recall(item("seen")).isEmpty()).isFalse();
            clock.advance(Duration.ofDays(2));
            await().until(() -> journal.stats().openMails() == 1);
            assertThat(journal.recall(item("seen")).isEmpty()).isFalse();
            assertThat(journal.recall(item("gone")).isEmpty()).isTrue();
        }
    }

    @Test
    void oneMailThatIsHeldLongKeepsNoOldFiles() throws IOException {
        JournalSettings settings = Journals.SMALL.withRememberDelivered(Duration.ZERO, 0);
        JournalItem held = item("held");
        try (FileJournal journal = open(settings)) {
            written(journal.record(held, List.of(delivered("a@example.org"), failed("b@example.org"))));
            written(journal.recordStep(held, "bounced"));
            long most = 0;
            for (int round = 0; round < 200; round++) {
                for (int i = 0; i < 20; i++) {
                    JournalItem other = item("mail-" + round + "-" + i);
                    var unused = journal.record(other, List.of(delivered("a@example.org")));
                    journal.done(other);
                }
                written(journal.record(item("last"), List.of(delivered("a@example.org"))));
                most = Math.max(most, journal.stats().octets());
            }
            // 4,000 mails are some 600 kB; four segments to spare, the current one, and what one round writes into it.
            assertThat(most).isLessThan(40_000);
            assertThat(journal.stats().openMails()).isEqualTo(2);
        }
        try (FileJournal journal = open(settings)) {
            assertThat(journal.recall(held).outcomes().values())
                .containsExactlyInAnyOrder(delivered("a@example.org"), failed("b@example.org"));
            assertThat(journal.recall(held).steps()).containsExactly("bounced");
        }
    }

    @Test
    void whenAllIsDoneOnlyTheCurrentFileRemains() throws IOException {
        JournalSettings settings = Journals.SMALL.withRememberDelivered(Duration.ZERO, 0);
        try (FileJournal journal = open(settings)) {
            List<JournalItem> items = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                items.add(item("mail-" + i));
                written(journal.record(items.get(i), List.of(delivered("a@example.org"))));
            }
            assertThat(journal.stats().files()).isGreaterThan(3);
            items.forEach(journal::done);
            await().until(() -> journal.stats().files() == 1);
            Journals.onlyFile(directory);
        }
    }
}
