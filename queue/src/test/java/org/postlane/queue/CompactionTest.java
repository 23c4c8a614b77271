// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactionTest {
    private static final int RECORDS = 800;
    private static final int SIZE = 100_000;

    @TempDir
    private Path directory;

    @Test
    void theRoomOfABacklogThatIsGoneIsGivenBack() throws Exception {
        NativeLibrary.load(directory);
        AtomicLong mails = new AtomicLong(RECORDS);
        Keys keys = new Keys(Queues.SPOOL);
        try (QueueStore store = QueueStore.open(directory, new Space(directory, 0))) {
            Compaction compaction = new Compaction(store, SIZE, mails::get);
            byte[] octets = new byte[SIZE];
            for (int id = 0; id < RECORDS; id++) {
                new Random(id).nextBytes(octets);
                store.change(new Changes().put(Family.CONTENT, keys.of(id), octets), false);
            }
            compaction.run();
            long full = store.tables();
            assertThat(full).as("with the backlog").isGreaterThan(20 * 1024 * 1024);
            for (int id = 0; id < RECORDS; id++) {
                store.change(new Changes().delete(Family.CONTENT, keys.of(id)), false);
            }
            mails.set(0);
            compaction.run();
            assertThat(store.tables()).as("without").isLessThan(SIZE);
        }
    }
}
