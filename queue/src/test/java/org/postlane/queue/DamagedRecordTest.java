// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueue.MailQueueItem.CompletionStatus;
import org.apache.james.queue.api.ManageableMailQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksIterator;

class DamagedRecordTest {
    private static final byte[] RUBBISH = {1, 0, 0, 0, 2, 'm'};

    @TempDir
    private Path directory;
    private RocksDbMailQueueFactory factory;
    private ManageableMailQueue queue;

    @BeforeEach
    void threeMails() throws Exception {
        open();
        for (String name : List.of("m0", "m1", "m2")) {
            queue.enQueue(Queues.mail(name));
        }
    }

    private void open() {
        factory = Queues.open(directory);
        queue = factory.createQueue(Queues.SPOOL);
    }

    @AfterEach
    void close() {
        factory.close();
    }

    /** Writes rubbish over the second mail's record, or deletes it, and gives what was there. */
    private byte[] damage(Family family, byte[] instead) throws Exception {
        factory.close();
        byte[] was;
        try (Database database = Database.open(directory.resolve("db"))) {
            List<byte[]> keys = new ArrayList<>();
            try (RocksIterator records = database.iterator(Family.ENVELOPE)) {
                for (records.seekToFirst(); records.isValid(); records.next()) {
                    keys.add(records.key());
                }
            }
            byte[] key = keys.get(1);
            was = database.get(family, key);
            database.write(instead == null ? new Changes().delete(family, key) : new Changes().put(family, key, instead), true);
        }
        open();
        return was;
    }

    @Test
    void aDamagedEnvelopeStopsNobodyElse() throws Exception {
        damage(Family.ENVELOPE, RUBBISH);
        assertThat(Queues.deliver(queue, 2)).containsExactly("m0", "m2");
        assertThat(factory.setAside()).isEqualTo(1);
        assertThat(queue.getSize()).isZero();
        close();
        open();
        assertThat(factory.setAside()).as("after a restart").isEqualTo(1);
        assertThat(queue.getSize()).isZero();
    }

    @Test
    void aDamagedEnvelopeDoesNotFailASearchOrTheListing() throws Exception {
        damage(Family.ENVELOPE, RUBBISH);
        assertThat(queue.remove(ManageableMailQueue.Type.Name, "m2")).isEqualTo(1);
        assertThat(Queues.listed(queue)).containsExactly("m0");
        assertThat(factory.setAside()).isEqualTo(1);
    }

    @Test
    void aMissingEnvelopeIsFoundByTheListing() throws Exception {
        damage(Family.ENVELOPE, null);
        assertThat(Queues.listed(queue)).containsExactly("m0", "m2");
        assertThat(factory.setAside()).isEqualTo(1);
    }

    @Test
    void aDamagedIndexRecordDoesNotStopTheStart() throws Exception {
        damage(Family.INDEX, RUBBISH);
        assertThat(Queues.listed(queue)).containsExactly("m0", "m2");
        assertThat(factory.setAside()).isEqualTo(1);
    }

    @Test
    void whatCanBeReadAgainIsBackAfterARestart() throws Exception {
        byte[] was = damage(Family.ENVELOPE, RUBBISH);
        assertThat(Queues.listed(queue)).hasSize(2);
        damage(Family.ENVELOPE, was);
        assertThat(factory.setAside()).isZero();
        assertThat(Queues.listed(queue)).containsExactly("m0", "m1", "m2");
    }

    @Test
    void aMailWhoseMessageIsGoneIsSetAsideWhenItsReaderGivesItBack() throws Exception {
        damage(Family.CONTENT, null);
        Queues.done(Queues.next(queue));
        MailQueueItem item = Queues.next(queue);
        assertThat(item.getMail().getName()).isEqualTo("m1");
        assertThatThrownBy(() -> Queues.contentOf(item.getMail())).hasRootCauseInstanceOf(DamagedRecordException.class);
        item.done(CompletionStatus.RETRY);
        assertThat(factory.setAside()).isEqualTo(1);
        assertThat(Queues.deliver(queue, 1)).containsExactly("m2");
    }

    @Test
    void aMailWhoseFileIsGoneIsSetAside() throws Exception {
        queue.enQueue(Queues.mail("large", "\r\n" + "x".repeat(ContentSink.LARGEST_IN_MEMORY)));
        try (var files = Files.list(directory.resolve("bodies"))) {
            Files.delete(files.findFirst().orElseThrow());
        }
        assertThat(Queues.listed(queue)).containsExactly("m0", "m1", "m2");
        assertThat(factory.setAside()).isEqualTo(1);
    }
}
