// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.james.queue.api.MailQueue;
import org.apache.mailet.Mail;

/** A mail that was taken. Only the first word about it counts. */
final class RocksDbMailQueueItem implements MailQueue.MailQueueItem {
    private final RocksDbMailQueue queue;
    private final Entry entry;
    private final Mail mail;
    private final String name;
    private final InHand inHand;
    private final AtomicBoolean done = new AtomicBoolean();

    RocksDbMailQueueItem(RocksDbMailQueue queue, Entry entry, Mail mail, InHand inHand) {
        this.queue = queue;
        this.entry = entry;
        this.mail = mail;
        this.name = mail.getName();
        this.inHand = inHand;
    }

    @Override
    public Mail getMail() {
        return mail;
    }

    @Override
    public void done(CompletionStatus status) {
        if (done.compareAndSet(false, true)) {
            try {
                queue.settle(entry, name, status);
            } finally {
                inHand.remove(this);
            }
        }
    }

    /** For people. */
    @Override
    public String toString() {
        return name + " of " + queue.getName().asString();
    }
}
