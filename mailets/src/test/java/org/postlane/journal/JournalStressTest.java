// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many threads open and end mails at random, over many small files and several restarts; plain maps know better. */
class JournalStressTest {
    private static final int THREADS = 4;
    private static final int ROUNDS = 5;
    private static final int OPERATIONS = 8_000;
    private static final int OPEN_AT_MOST = 50;
    private static final JournalSettings SETTINGS = Journals.SMALL.withSync(SyncPolicy.never())
        .withRememberDelivered(Duration.ofDays(1), 200);
    /** What 200 open mails and 200 remembered recipients take twice, the spare segments, and one largest group. */
    private static final long MOST_OCTETS = 2 * 400 * 1_000 + 5 * 4_096 + 1_048_576;

    @TempDir
    private Path directory;

    /** What one thread has recorded of its mails that are not done: outcomes by recipient, and steps. */
    private static final class Model {
        private final Map<JournalItem, Map<String, JournalEntry>> outcomes = new HashMap<>();
        private final Map<JournalItem, Set<String>> steps = new HashMap<>();
        private final Random random;
        private final int thread;
        private int next;

        Model(int thread) {
            this.thread = thread;
            this.random = new Random(thread);
        }

        void operate(DeliveryJournal journal) {
            List<JournalItem> open = new ArrayList<>(outcomes.keySet());
            int dice = random.nextInt(10);
            if (open.isEmpty() || (dice < 4 && open.size() < OPEN_AT_MOST)) {
                JournalItem item = JournalItem.of("mail-" + thread + "-" + next++, "1");
                outcomes.put(item, new HashMap<>());
                steps.put(item, new HashSet<>());
                record(journal, item);
                return;
            }
            JournalItem item = open.get(random.nextInt(open.size()));
            if (dice < 6) {
                record(journal, item);
            } else if (dice < 7) {
                String step = "step-" + random.nextInt(3);
                steps.get(item).add(step);
                var unused = journal.recordStep(item, step);
            } else {
                journal.done(item);
                outcomes.remove(item);
                steps.remove(item);
            }
        }

        private void record(DeliveryJournal journal, JournalItem item) {
            List<JournalEntry> entries = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                String recipient = "user-" + random.nextInt(8) + "@example.org";
                entries.add(random.nextBoolean() ? Journals.delivered(recipient) : Journals.failed(recipient));
            }
            var unused = journal.record(item, entries);
            entries.forEach(entry -> outcomes.get(item).merge(entry.recipient(), entry, (before, now) ->
                before.outcome() == JournalEntry.Outcome.DELIVERED ? before : now));
        }

        void check(DeliveryJournal journal) {
            outcomes.forEach((item, entries) -> {
                Recall recall = journal.recall(item);
                assertThat(recall.outcomes()).as("%s", item).isEqualTo(entries);
                assertThat(recall.steps()).as("%s", item).isEqualTo(steps.get(item));
            });
        }
    }

    private static void operateAll(ExecutorService threads, List<Model> models, DeliveryJournal journal) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (Model model : models) {
            running.add(threads.submit(() -> {
                for (int i = 0; i < OPERATIONS; i++) {
                    model.operate(journal);
                    assertThat(journal.stats().octets()).isLessThan(MOST_OCTETS);
                }
            }));
        }
        for (Future<?> thread : running) {
            thread.get();
        }
    }

    private static void assertAll(List<Model> models, DeliveryJournal journal) {
        models.forEach(model -> model.check(journal));
        assertThat(journal.stats().openMails()).isEqualTo(models.stream().mapToInt(model -> model.outcomes.size()).sum());
        assertThat(journal.stats().rememberedRecipients()).isBetween(1L, 200L);
    }

    @Test
    void nothingOpenIsLostAndNothingGrowsOverManyFilesAndRestarts() throws Exception {
        run(SegmentFile::create, () -> { });
    }

    @Test
    void nothingOpenIsLostOnADiskThatFailsNowAndThen() throws Exception {
        FailingDisk disk = new FailingDisk();
        Random random = new Random(1);
        run(disk, () -> disk.room(random.nextInt(200_000)), () -> disk.room(Long.MAX_VALUE));
    }

    private void run(SegmentFile.Factory disk, Runnable... weather) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Model> models = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            models.add(new Model(i));
        }
        try {
            for (int round = 0; round < ROUNDS; round++) {
                try (FileJournal journal = FileJournal.open(directory, SETTINGS, disk)) {
                    for (Runnable change : weather) {
                        change.run();
                        operateAll(threads, models, journal);
                    }
                    assertAll(models, journal);
                    await().until(() -> journal.problem().isEmpty() && journal.stats().waiting() == 0);
                }
                reopened(disk, models);
            }
        } finally {
            threads.shutdown();
        }
    }

    private void reopened(SegmentFile.Factory disk, List<Model> models) throws IOException {
        try (FileJournal journal = FileJournal.open(directory, SETTINGS, disk)) {
            assertAll(models, journal);
            assertThat(journal.stats().damagedOctets()).isZero();
        }
    }
}
