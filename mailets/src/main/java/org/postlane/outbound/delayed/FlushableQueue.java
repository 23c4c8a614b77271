// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.ManageableMailQueue;
import org.postlane.outbound.operations.MailFetch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A queue that keeps delayed mail until it is due, and may be told to hand out all of it. Safe for use by several threads. */
final class FlushableQueue implements OutgoingQueue {
    private static final Logger LOGGER = LoggerFactory.getLogger(FlushableQueue.class);

    private final MailQueue queue;
    private final Executor workers;
    private final FlushOrders orders;
    /** A flush that has not begun does for all orders until then. */
    private final AtomicBoolean flushing = new AtomicBoolean();

    FlushableQueue(MailQueue queue, Executor workers, FlushOrders orders) {
        this.queue = queue;
        this.workers = workers;
        this.orders = orders;
    }

    @Override
    public MailQueue queue() {
        return queue;
    }

    @Override
    public List<MailQueue> parts() {
        return List.of(queue);
    }

    @Override
    public MailFetch fetch(String destination) {
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
        orders.flushBegins();
        try {
            long mails = ((ManageableMailQueue) queue).flush();
            LOGGER.info("Queue {} hands out {} mails before their time, to find those that shall be tried now",
                queue.getName().asString(), mails);
        } catch (MailQueueException | RuntimeException e) {
            LOGGER.error("Queue {} does not hand out its delayed mail, which comes when it is due",
                queue.getName().asString(), e);
        }
    }

    @Override
    public void close() {
        // It belongs to who made it.
    }
}
