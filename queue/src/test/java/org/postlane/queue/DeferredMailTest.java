// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.apache.james.queue.api.ManageableMailQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 100,000 mails wait for their time. */
class DeferredMailTest {
    private static final int MAILS = 100_000;
    private static final int BATCH = 10_000;

    @TempDir
    private Path directory;
    private RocksDbMailQueueFactory factory;
    private ManageableMailQueue queue;

    /** As a queue would have written them, each on its own. */
    @BeforeEach
    void deferMails() throws Exception {
        Queues.open(directory).close();
        long due = Instant.now().plus(Duration.ofHours(1)).toEpochMilli();
        Keys keys = new Keys(Queues.SPOOL);
        try (Database database = Database.open(directory.resolve("db"))) {
            for (int batch = 0; batch < MAILS; batch += BATCH) {
                Changes changes = new Changes();
                for (int id = batch + 1; id <= batch + BATCH; id++) {
                    Entry entry = new Entry(id, due + MAILS - id, 5, Entry.Place.DATABASE);
                    changes.put(Family.INDEX, keys.of(id), IndexRecord.of(entry))
                        .put(Family.ENVELOPE, keys.of(id), EnvelopeCodec.write(Queues.mail("deferred-" + id), -1));
                }
                database.write(changes, false);
            }
        }
        factory = Queues.open(directory);
        queue = factory.createQueue(Queues.SPOOL);
    }

    @AfterEach
    void close() {
        factory.close();
    }

    @Test
    void readyMailDoesNotWaitForThemAndAFlushGivesThemOutInTheOrderInWhichTheyCame() throws Exception {
        assertThat(queue.getSize()).isEqualTo(MAILS);
        List<String> ready = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ready.add("ready-" + i);
            queue.enQueue(Queues.mail("ready-" + i));
        }
        assertThat(Queues.deliver(queue, 20)).isEqualTo(ready);
        assertThat(queue.browse().next().getMail().getName()).as("due next").isEqualTo("deferred-" + MAILS);
        assertThat(queue.remove(ManageableMailQueue.Type.Name, "deferred-2")).isEqualTo(1);
        assertThat(queue.flush()).isEqualTo(MAILS - 1);
        assertThat(Queues.deliver(queue, 3)).containsExactly("deferred-1", "deferred-3", "deferred-4");
        assertThat(queue.remove(ManageableMailQueue.Type.Recipient, "b@c.test")).isEqualTo(MAILS - 4);
        assertThat(queue.getSize()).isZero();
    }
}
