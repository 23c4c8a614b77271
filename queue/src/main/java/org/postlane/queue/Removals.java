// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes mails that are done out of the store. One that the store does not let go, as on a full disk, is kept in mind and tried
 * again: its reader has done with it, and it is given to nobody any more. Safe for use by several threads.
 */
final class Removals {
    private static final Logger LOGGER = LoggerFactory.getLogger(Removals.class);

    /** A mail to be removed, and where from. */
    private static final class Removal {
        private final MailRecords records;
        private final Entry entry;

        private Removal(MailRecords records, Entry entry) {
            this.records = records;
            this.entry = entry;
        }
    }

    private final Queue<Removal> left = new ArrayDeque<>();

    void remove(MailRecords records, Entry entry) {
        try {
            records.delete(List.of(entry));
        } catch (IOException e) {
            int waiting;
            synchronized (left) {
                left.add(new Removal(records, entry));
                waiting = left.size();
            }
            if (waiting == 1) {
                LOGGER.warn("{} is done and cannot be deleted, which is tried again; a restart before that would repeat it",
                    records.nameOf(entry), e);
            }
        }
    }

    /** Tries again. */
    void retry() {
        while (true) {
            Removal next;
            synchronized (left) {
                next = left.peek();
            }
            if (next == null) {
                return;
            }
            try {
                next.records.delete(List.of(next.entry));
            } catch (IOException e) {
                LOGGER.debug("{} mails are done and cannot be deleted yet", size(), e);
                return;
            }
            synchronized (left) {
                left.remove(next);
            }
        }
    }

    int size() {
        synchronized (left) {
            return left.size();
        }
    }
}
