// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

class QueueStoreTest {
    private static final byte[] VALUE = {1};

    @TempDir
    private Path directory;

    /** As after a sync that failed: nobody knows what of it is on the disk. */
    @Test
    void newRecordsOfAWriteThatFailedDoNotShowUpAgainAndOthersStay() throws Exception {
        NativeLibrary.load(directory);
        Keys keys = new Keys(Queues.SPOOL);
        try (QueueStore store = QueueStore.open(directory, new Space(directory, 0))) {
            store.add(new Changes().put(Family.INDEX, keys.of(1), VALUE));
            Changes uncertain = new Changes().put(Family.INDEX, keys.of(2), VALUE).put(Family.CONTENT, keys.of(2), VALUE);
            store.add(uncertain);
            store.failed(new RocksDBException("sync"), uncertain);
            assertThat(store.isFailing()).isTrue();
            assertThat(store.get(Family.CONTENT, keys.of(2))).as("until the database is opened again").isEqualTo(VALUE);
            store.add(new Changes().put(Family.INDEX, keys.of(3), VALUE));
            assertThat(store.isFailing()).isFalse();
            assertThat(store.get(Family.INDEX, keys.of(1))).isEqualTo(VALUE);
            assertThat(store.get(Family.INDEX, keys.of(2))).isNull();
            assertThat(store.get(Family.CONTENT, keys.of(2))).isNull();
            assertThat(store.get(Family.INDEX, keys.of(3))).isEqualTo(VALUE);
        }
    }

    @Test
    void whatWasChangedByAWriteThatFailedIsNotDeleted() throws Exception {
        NativeLibrary.load(directory);
        byte[] key = new Keys(Queues.SPOOL).of(1);
        try (QueueStore store = QueueStore.open(directory, new Space(directory, 0))) {
            store.add(new Changes().put(Family.INDEX, key, VALUE));
            store.failed(new RocksDBException("sync"), new Changes());
            store.recover();
            assertThat(store.get(Family.INDEX, key)).isEqualTo(VALUE);
        }
    }

    /** As a loss of power may leave it: of what was not synced, the middle is missing. */
    @Test
    void aHoleInTheLastOfTheLogDoesNotStopTheStartAndCostsNothingInFrontOfIt() throws Exception {
        try (RocksDbMailQueueFactory factory = Queues.open(directory)) {
            for (int i = 0; i < 4; i++) {
                factory.createQueue(Queues.SPOOL).enQueue(Queues.mail("m" + i, "\r\n" + "x".repeat(10_000)));
            }
        }
        try (var files = Files.list(directory.resolve("db"))) {
            Path log = files.filter(file -> file.toString().endsWith(".log"))
                .max(Comparator.comparingLong(file -> file.toFile().length())).orElseThrow();
            byte[] octets = Files.readAllBytes(log);
            Arrays.fill(octets, octets.length * 6 / 10, octets.length * 6 / 10 + 100, (byte) 0);
            Files.write(log, octets);
        }
        try (RocksDbMailQueueFactory factory = Queues.open(directory)) {
            assertThat(Queues.listed(factory.createQueue(Queues.SPOOL))).containsExactly("m0", "m1");
        }
    }
}
