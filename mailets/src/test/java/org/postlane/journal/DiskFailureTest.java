// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postlane.journal.Journals.delivered;
import static org.postlane.journal.Journals.failed;
import static org.postlane.journal.Journals.isDelivered;
import static org.postlane.journal.Journals.item;
import static org.postlane.journal.Journals.written;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A disk that is full, refuses, or hangs: mail goes on, once it works again nothing is missing, and it is said once. */
class DiskFailureTest {
    private static final JournalItem FIRST = item("first");
    private static final JournalItem SECOND = item("second");

    private final FailingDisk disk = new FailingDisk();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @TempDir
    private Path directory;

    @BeforeEach
    void listen() {
        log.start();
        ((Logger) LoggerFactory.getLogger(DeliveryJournal.class)).addAppender(log);
    }

    @AfterEach
    void stopListening() {
        ((Logger) LoggerFactory.getLogger(DeliveryJournal.class)).detachAppender(log);
    }

    private FileJournal open() throws IOException {
        return FileJournal.open(directory, JournalSettings.DEFAULTS, disk);
    }

    private static void assertUnwritten(CompletableFuture<Void> future) {
        assertThatThrownBy(() -> future.get(60, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
            .cause().isInstanceOf(JournalUnavailableException.class);
    }

    private long errors() {
        return List.copyOf(log.list).stream().filter(event -> event.getLevel() == Level.ERROR).count();
    }

    @Test
    void aFullDiskIsSaidOnceAndWhatWasRecordedMeanwhileIsWrittenLater() throws IOException {
        try (FileJournal journal = open()) {
            written(journal.record(FIRST, List.of(delivered("a@example.org"))));
            disk.room(10);
            for (int i = 0; i < 50; i++) {
                assertUnwritten(journal.record(SECOND, List.of(delivered(i + "@example.org"))));
            }
            assertThat(journal.problem()).hasValueSatisfying(problem ->
                assertThat(problem).contains(directory.toString(), "No space left"));
            assertThat(journal.recall(SECOND).outcomes()).hasSize(50);
            assertThat(errors()).isEqualTo(1);

            disk.room(Long.MAX_VALUE);
            await().until(() -> journal.problem().isEmpty());
            assertThat(journal.stats().unwritten()).isEqualTo(50);
            written(journal.recordStep(SECOND, "bounced"));
            journal.done(FIRST);
            assertThat(errors()).isEqualTo(1);
        }
        try (FileJournal journal = open()) {
            assertThat(isDelivered(journal.recall(FIRST), "a@example.org")).isTrue();
            assertThat(journal.recall(SECOND).outcomes()).hasSize(50);
            assertThat(journal.recall(SECOND).steps()).containsExactly("bounced");
            assertThat(journal.stats().damagedOctets()).isZero();
        }
    }

    @Test
    void whatWasWrittenBeforeASyncFailedIsWrittenAgain() throws IOException {
        try (FileJournal journal = open()) {
            written(journal.record(FIRST, List.of(delivered("a@example.org"))));
            Path distrusted = Journals.onlyFile(directory);
            disk.failSyncs(true);
            assertUnwritten(journal.record(SECOND, List.of(failed("b@example.org"))));
            disk.failSyncs(false);
            await().until(() -> journal.problem().isEmpty());
            assertThat(Journals.onlyFile(directory)).isNotEqualTo(distrusted);
        }
        try (FileJournal journal = open()) {
            assertThat(isDelivered(journal.recall(FIRST), "a@example.org")).isTrue();
            assertThat(journal.recall(SECOND).outcomes()).containsOnlyKeys("b@example.org");
        }
    }

    @Test
    void aDiskThatIsFullAtTheStartKeepsWhatIsThereAndLetsJamesStart() throws IOException {
        try (FileJournal journal = open()) {
            written(journal.record(FIRST, List.of(delivered("a@example.org"))));
        }
        List<Path> before = Journals.files(directory);
        disk.room(0);
        try (FileJournal journal = open()) {
            assertThat(journal.problem()).isPresent();
            assertThat(isDelivered(journal.recall(FIRST), "a@example.org")).isTrue();
            assertThat(Journals.files(directory)).isEqualTo(before);
        }
        disk.room(Long.MAX_VALUE);
        try (FileJournal journal = open()) {
            assertThat(journal.problem()).isEmpty();
            assertThat(isDelivered(journal.recall(FIRST), "a@example.org")).isTrue();
        }
    }

    @Test
    void aFullDiskIsNotFilledWithBeginnings() throws IOException {
        try (FileJournal journal = open()) {
            written(journal.record(FIRST, List.of(delivered("a@example.org"))));
            disk.room(5);
            assertUnwritten(journal.record(SECOND, List.of(delivered("b@example.org"))));
            long attempts = disk.attempts();
            disk.room(30);
            await().until(() -> disk.attempts() >= attempts + 3);
            assertThat(journal.problem()).isPresent();
            assertThat(Journals.files(directory)).hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void aDiskThatHangsBlocksNobodyAndIsCaughtUpWithInOneGroup() throws IOException {
        try (FileJournal journal = open()) {
            written(journal.record(FIRST, List.of(delivered("a@example.org"))));
            disk.hang();
            List<CompletableFuture<Void>> futures = new ArrayList<>();
            futures.add(journal.record(FIRST, List.of(delivered("b@example.org"))));
            await().until(() -> journal.stats().waiting() == 0);
            long groups = journal.stats().groups();
            for (int i = 0; i < 1_000; i++) {
                futures.add(journal.record(SECOND, List.of(delivered(i + "@example.org"))));
            }
            assertThat(journal.recall(SECOND).outcomes()).hasSize(1_000);
            assertThat(futures.stream().filter(CompletableFuture::isDone).collect(Collectors.toList())).isEmpty();
            disk.goOn();
            futures.forEach(Journals::written);
            assertThat(journal.stats().groups()).isEqualTo(groups + 2);
        }
    }

    @Test
    void aFileThatVanishedIsNoReasonToStop() throws IOException {
        try (FileJournal journal = open()) {
            written(journal.record(FIRST, List.of(delivered("a@example.org"))));
            Files.delete(Journals.onlyFile(directory));
            written(journal.record(SECOND, List.of(delivered("a@example.org"))));
            assertThat(journal.problem()).isEmpty();
        }
    }
}
