// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.IOException;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the disk back the room of a backlog that is gone. RocksDB by itself does so only as new tables come, which after a
 * backlog may be never. For one thread.
 */
final class Compaction implements Runnable {
    /** So many octets of tables are left alone: they are written over by the way. */
    static final long SMALL = 128L << 20;
    private static final Logger LOGGER = LoggerFactory.getLogger(Compaction.class);

    private final QueueStore store;
    private final long small;
    private final LongSupplier mails;
    private long most;

    Compaction(QueueStore store, long small, LongSupplier mails) {
        this.store = store;
        this.small = small;
        this.mails = mails;
    }

    /** Compacts if half of the mails that there were are gone. */
    @Override
    public void run() {
        long now = mails.getAsLong();
        most = Math.max(most, now);
        if (now > most / 2) {
            return;
        }
        try {
            if (store.tables() > small) {
                store.compact();
                LOGGER.info("Of {} mails {} are left, and {} octets of tables", most, now, store.tables());
            }
            most = now;
        } catch (IOException | RuntimeException e) {
            LOGGER.debug("Not compacted", e);
        }
    }
}
