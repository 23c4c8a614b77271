// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postlane.journal.Journals.NOON;
import static org.postlane.journal.Journals.delivered;
import static org.postlane.journal.Journals.failed;
import static org.postlane.journal.Journals.isDelivered;
import static org.postlane.journal.Journals.item;
import static org.postlane.journal.Journals.written;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the journal promises while nothing goes wrong but the end of the process. */
class DeliveryJournalTest {
    private static final JournalItem MAIL = item("mail-1");

    @TempDir
    private Path directory;

    private DeliveryJournal open() throws IOException {
        return DeliveryJournal.open(directory, JournalSettings.DEFAULTS);
    }

    @Test
    void whatWasRecordedIsKnownAtOnceAndAfterARestart() throws IOException {
        JournalEntry deferred = JournalEntry.of("c@example.org", JournalEntry.Outcome.DEFERRED, NOON);
        try (DeliveryJournal journal = open()) {
            CompletableFuture<Void> outcomes = journal.record(MAIL,
                List.of(delivered("a@example.org"), failed("b@example.org"), deferred));
            CompletableFuture<Void> step = journal.recordStep(MAIL, "deferred-1");
            assertThat(journal.recall(MAIL).outcomes()).containsOnlyKeys("a@example.org", "b@example.org", "c@example.org");
            written(outcomes);
            written(step);
        }
        try (DeliveryJournal journal = open()) {
            Recall recall = journal.recall(MAIL);
            assertThat(recall.outcomes().values())
                .containsExactlyInAnyOrder(delivered("a@example.org"), failed("b@example.org"), deferred);
            assertThat(recall.steps()).containsExactly("deferred-1");
            assertThat(isDelivered(recall, "a@example.org")).isTrue();
            assertThat(isDelivered(recall, "b@example.org")).isFalse();
        }
    }

    @Test
    void aMailThatNobodyRecordedIsUnknown() throws IOException {
        try (DeliveryJournal journal = open()) {
            assertThat(journal.recall(MAIL).isEmpty()).isTrue();
            journal.done(MAIL);
            assertThat(journal.stats().openMails()).isZero();
        }
    }

    @Test
    void ofADoneItemOnlyTheDeliveredRecipientsAreRemembered() throws IOException {
        try (DeliveryJournal journal = open()) {
            written(journal.record(MAIL, List.of(delivered("a@example.org"), failed("b@example.org"))));
            written(journal.recordStep(MAIL, "bounced"));
            journal.done(MAIL);
            assertOnlyDelivered(journal);
        }
        try (DeliveryJournal journal = open()) {
            assertOnlyDelivered(journal);
            assertThat(journal.stats().openMails()).isZero();
            assertThat(journal.stats().rememberedRecipients()).isEqualTo(1);
        }
    }

    private static void assertOnlyDelivered(DeliveryJournal journal) {
        assertThat(journal.recall(MAIL).outcomes()).containsOnlyKeys("a@example.org");
        assertThat(isDelivered(journal.recall(MAIL), "a@example.org")).isTrue();
        assertThat(journal.recall(MAIL).steps()).isEmpty();
    }

    @Test
    void theEndOfAnItemForgetsNothingOfItsSuccessor() throws IOException {
        JournalItem successor = JournalItem.of(MAIL.mail(), "2");
        try (DeliveryJournal journal = open()) {
            written(journal.record(MAIL, List.of(delivered("a@example.org"))));
            written(journal.record(successor, List.of(failed("b@example.org"))));
            written(journal.recordStep(successor, "bounced"));
            journal.done(MAIL);
        }
        try (DeliveryJournal journal = open()) {
            assertThat(journal.recall(successor).outcomes()).containsOnlyKeys("a@example.org", "b@example.org");
            assertThat(journal.recall(successor).steps()).containsExactly("bounced");
        }
    }

    @Test
    void anItemSeesWhatAnotherDeliveredButNotWhatItCouldNot() throws IOException {
        JournalItem other = JournalItem.of(MAIL.mail(), "2");
        try (DeliveryJournal journal = open()) {
            written(journal.record(MAIL, List.of(delivered("a@example.org"), failed("b@example.org"))));
            written(journal.record(other, List.of(failed("a@example.org"))));
            assertThat(journal.recall(other).outcomes()).containsOnlyKeys("a@example.org");
            assertThat(isDelivered(journal.recall(other), "a@example.org")).isTrue();
            assertThat(journal.recall(item("mail-2")).isEmpty()).isTrue();
        }
    }

    @Test
    void whatIsDeliveredStaysDelivered() throws IOException {
        try (DeliveryJournal journal = open()) {
            written(journal.record(MAIL, List.of(failed("a@example.org"))));
            written(journal.record(MAIL, List.of(delivered("a@example.org"))));
            written(journal.record(MAIL, List.of(failed("a@example.org"))));
        }
        try (DeliveryJournal journal = open()) {
            assertThat(isDelivered(journal.recall(MAIL), "a@example.org")).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"always", "every", "never"})
    void eachPolicyCompletesItsFutures(String policy) throws IOException {
        SyncPolicy sync = policy.equals("always") ? SyncPolicy.always()
            : policy.equals("never") ? SyncPolicy.never() : SyncPolicy.every(Duration.ofMillis(20));
        JournalSettings settings = JournalSettings.DEFAULTS.withSync(sync);
        try (DeliveryJournal journal = DeliveryJournal.open(directory, settings)) {
            long before = journal.stats().syncs();
            written(journal.record(MAIL, List.of(delivered("a@example.org"))));
            if (policy.equals("every")) {
                await().until(() -> journal.stats().syncs() > before);
            } else {
                assertThat(journal.stats().syncs() > before).isEqualTo(policy.equals("always"));
            }
        }
        try (DeliveryJournal journal = DeliveryJournal.open(directory, settings)) {
            assertThat(isDelivered(journal.recall(MAIL), "a@example.org")).isTrue();
        }
    }

    @Test
    void aMailToAHundredThousandRecipientsIsRecordedAtOnce() throws IOException {
        List<JournalEntry> entries = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            entries.add(delivered("user-" + i + "@example.org"));
        }
        try (DeliveryJournal journal = open()) {
            written(journal.record(MAIL, entries));
        }
        try (DeliveryJournal journal = open()) {
            assertThat(journal.recall(MAIL).outcomes()).hasSize(100_000);
            assertThat(journal.recall(MAIL).outcomes()).containsValue(delivered("user-4711@example.org"));
        }
    }

    @Test
    void aLongReplyIsCutOffAndALongRecipientRefused() throws IOException {
        JournalEntry entry = JournalEntry.of("a@example.org", JournalEntry.Outcome.FAILED, NOON)
            .reply(550, "", "x".repeat(4095) + "\uD83D\uDE00");
        try (DeliveryJournal journal = open()) {
            written(journal.record(MAIL, List.of(entry)));
        }
        try (DeliveryJournal journal = open()) {
            assertThat(journal.recall(MAIL).outcomes().get("a@example.org").text()).isEqualTo("x".repeat(4095));
        }
        assertThatThrownBy(() -> delivered("a".repeat(16_385))).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("16384");
    }

    @Test
    void aClosedJournalSaysSo() throws IOException {
        DeliveryJournal journal = open();
        journal.close();
        assertThat(journal.record(MAIL, List.of(delivered("a@example.org")))).failsWithin(60, TimeUnit.SECONDS)
            .withThrowableOfType(ExecutionException.class)
            .withCauseInstanceOf(JournalUnavailableException.class);
        journal.close();
    }

    @Test
    void aDirectoryThatCannotBeMadeStopsTheStart() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> DeliveryJournal.open(file.resolve("journal"), JournalSettings.DEFAULTS))
            .isInstanceOf(IOException.class);
    }

    @Test
    void aSecondJournalInTheSameDirectoryIsRefused() throws IOException {
        DeliveryJournal journal = open();
        try {
            assertThatThrownBy(this::open).isInstanceOf(JournalInUseException.class)
                .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
            written(journal.record(MAIL, List.of(delivered("a@example.org"))));
        } finally {
            journal.close();
        }
        try (DeliveryJournal next = open()) {
            assertThat(isDelivered(next.recall(MAIL), "a@example.org")).isTrue();
        }
    }

    @Test
    void withoutFilesItRemembersAsLongAsItLives() {
        try (DeliveryJournal journal = DeliveryJournal.inMemory(JournalSettings.DEFAULTS)) {
            assertThat(journal.record(MAIL, List.of(delivered("a@example.org")))).isCompleted();
            assertThat(journal.recordStep(MAIL, "bounced")).isCompleted();
            assertThat(journal.recall(MAIL).steps()).containsExactly("bounced");
            journal.done(MAIL);
            assertThat(isDelivered(journal.recall(MAIL), "a@example.org")).isTrue();
            assertThat(journal.stats().openMails()).isZero();
            assertThat(journal.problem()).isEmpty();
        }
    }
}
