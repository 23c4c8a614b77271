// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiFunction;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.mailet.Mail;
import org.postlane.outbound.mail.UncopiedContent;
import org.postlane.outbound.operations.MailFetch;
import org.postlane.outbound.settlement.StepRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mail of one outgoing queue that is not due: where it waits, how it is fetched before its time, and what becomes of mail
 * that comes before its time.
 *
 * <p>Safe for use by several threads; only {@link #close} blocks.
 */
public final class DelayedMail {
    private static final Logger LOGGER = LoggerFactory.getLogger(DelayedMail.class);

    private final OutgoingQueue queue;
    private final MailQueue measured;
    private final WaitingAges ages;
    private final EarlyMail early;
    private final PutBacks putBacks;

    /**
     * That of a queue.
     *
     * @param queues makes the queues beside one that ignores delays
     * @param workers may wait for the queue
     * @param goesTo whether a mail has recipients at one of some destinations; must not fail
     * @param over runs when a mail that came too early is in its queue again, for who waits until {@link #isStill()}
     */
    public DelayedMail(MailQueue durable, MailQueueFactory<?> queues, Clock clock, Executor workers,
                       ScheduledExecutorService timers, StepRunner stepRunner,
                       BiFunction<Mail, Set<String>, CompletableFuture<Boolean>> goesTo, Runnable over) {
        FlushOrders orders = new FlushOrders(clock, goesTo);
        this.putBacks = new PutBacks(over);
        this.queue = QueuesBeside.areNeededFor(durable)
            ? DelayingQueue.around(durable, queues, clock, workers, timers, stepRunner, orders, putBacks,
                DelayingQueue.LONGEST_HOLD)
            : new FlushableQueue(durable, workers, orders);
        this.ages = new WaitingAges(clock);
        this.measured = new MeasuredQueue(UncopiedContent.in(queue.queue()), ages);
        this.early = new EarlyMail(measured, clock, workers, stepRunner, orders, putBacks);
    }

    /** The queue that mail goes into and comes out of: one that honours delays, whatever James has. */
    public MailQueue queue() {
        return measured;
    }

    /**
     * When the oldest mail was queued, to the minute, of all that waits and was delayed since James started; empty where there is
     * none. One that somebody deleted from the queue counts for an hour after the time at which it was due.
     */
    public Optional<Instant> oldest() {
        return ages.oldest();
    }

    /** The queues of James that it is made of, one at least. */
    public List<MailQueue> parts() {
        return queue.parts();
    }

    /** Begins to fetch the delayed mail of a destination; says how. */
    public MailFetch fetch(String destination) {
        return queue.fetch(destination);
    }

    /**
     * Decides about a mail that came out of the queue.
     *
     * @param attempt runs when it shall be attempted now
     * @param gone runs when it is back in its queue, or stays there because James is stopping
     * @param waits runs where DNS has to say first whose mail it is: that may take long, and no other mail shall wait for it
     */
    public void decide(MailQueue.MailQueueItem item, Runnable attempt, Runnable gone, Runnable waits) {
        early.decide(item, attempt, gone, waits);
    }

    /** Puts nothing back any more. */
    public void stop() {
        putBacks.stop();
    }

    /** Whether nothing is on its way back into the queue, nor will be. */
    public boolean isStill() {
        return putBacks.areOver();
    }

    /** Closes the queues beside, if there are any. */
    public void close() {
        try {
            queue.close();
        } catch (IOException e) {
            LOGGER.warn("The queues beside {} could not be closed", queue.queue().getName().asString(), e);
        }
    }
}
