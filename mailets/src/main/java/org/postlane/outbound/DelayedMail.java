// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.ManageableMailQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches delayed mail of one destination before its time. Safe for use by several threads; never blocks. */
final class DelayedMail {
    private static final Logger LOGGER = LoggerFactory.getLogger(DelayedMail.class);

    private final MailQueue queue;
    private final Executor workers;
    private final FlushOrders orders;
    /** A flush that has not begun does for all orders until then. */
    private final AtomicBoolean flushing = new AtomicBoolean();

    DelayedMail(MailQueue queue, Executor workers, FlushOrders orders) {
        this.queue = queue;
        this.workers = workers;
        this.orders = orders;
    }

    /** Begins; what comes out is told apart by the orders. */
    MailFetch fetch(String destination) {
        if (queue instanceof DelayingQueue) {
            ((DelayingQueue) queue).beginRound(orders.give(destination));
            return MailFetch.ROUND;
        }
        if (!(queue instanceof ManageableMailQueue)) {
            return MailFetch.NONE;
        }
        orders.give(destination);
        if (flushing.compareAndSet(false, true)) {
            try {
                workers.execute(this::flush);
            } catch (RejectedExecutionException e) {
                LOGGER.debug("No flush: queue {} is being closed", queue.getName().asString(), e);
            }
        }
        return MailFetch.QUEUE_FLUSH;
    }

    private void flush() {
        flushing.set(false);
        try {
            long mails = ((ManageableMailQueue) queue).flush();
            LOGGER.info("Queue {} hands out {} mails before their time, to find those that shall be tried now",
                queue.getName().asString(), mails);
        } catch (MailQueueException | RuntimeException e) {
            LOGGER.error("Queue {} does not hand out its delayed mail, which comes when it is due",
                queue.getName().asString(), e);
        }
    }
}
