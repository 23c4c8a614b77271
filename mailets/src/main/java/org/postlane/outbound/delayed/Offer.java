// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.mailet.Mail;
import org.postlane.outbound.mail.LostItem;

/**
 * A mail on its way from a queue to who reads it. It is taken or left, whichever comes first, and never both: when reading ends,
 * Reactor may discard what it has handed on a moment before, and twice what it has not.
 *
 * <p>Safe for use by several threads.
 */
final class Offer {
    private final MailQueueItem item;
    private final AtomicBoolean over = new AtomicBoolean();

    Offer(MailQueueItem item) {
        this.item = item;
    }

    MailQueueItem item() {
        return item;
    }

    Mail mail() {
        return item.getMail();
    }

    /** Whether who asks decides from now on what becomes of it. */
    boolean take() {
        return over.compareAndSet(false, true);
    }

    /** Nobody reads any more: others may have it, if nobody has taken it. */
    void leave() {
        if (take()) {
            LostItem.leave(item);
            LifecycleUtil.dispose(item.getMail());
        }
    }
}
