// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.ManageableMailQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many mails a queue holds, those that are delayed or in hand included. Some queues count mail by mail: whoever asks gets
 * what was counted last, and a new count is taken in the background, at most every ten seconds and for at most a twentieth of
 * the time.
 *
 * <p>Only ever asks the queue that it was given: to ask James for one more of the same, and to close that, can end a memory
 * queue.
 *
 * <p>Safe for use by several threads; never blocks.
 */
public final class QueueDepth implements Supplier<Long> {
    /** What a queue that cannot be counted has, and one that was not counted yet. */
    public static final long UNKNOWN = -1;
    static final Duration PAUSE = Duration.ofSeconds(10);

    private static final int SHARE = 20;
    private static final Logger LOGGER = LoggerFactory.getLogger(QueueDepth.class);

    private final List<MailQueue> parts;
    private final Executor counters;
    private final LongSupplier clock;
    private final AtomicBoolean counting = new AtomicBoolean();
    private volatile long last = UNKNOWN;
    private volatile long notBefore;
    private volatile boolean complained;

    /** The depth of a queue that is made of these, one at least, counted by threads that may block. */
    public QueueDepth(List<MailQueue> parts, Executor counters) {
        this(parts, counters, System::nanoTime);
    }

    QueueDepth(List<MailQueue> parts, Executor counters, LongSupplier clock) {
        this.parts = List.copyOf(parts);
        this.counters = counters;
        this.clock = clock;
        this.notBefore = clock.getAsLong();
    }

    /** The depth as it was counted last, or {@link #UNKNOWN}. */
    @Override
    public Long get() {
        boolean mayCount = parts.stream().allMatch(ManageableMailQueue.class::isInstance);
        if (mayCount && clock.getAsLong() - notBefore >= 0 && counting.compareAndSet(false, true)) {
            try {
                counters.execute(this::count);
            } catch (RejectedExecutionException e) {
                // Its consumer has stopped, and nobody will count any more.
                counting.set(false);
            }
        }
        return last;
    }

    private void count() {
        long begun = clock.getAsLong();
        try {
            long mails = 0;
            for (MailQueue part : parts) {
                mails += ((ManageableMailQueue) part).getSize();
            }
            last = mails;
            complained = false;
        } catch (MailQueueException | RuntimeException e) {
            last = UNKNOWN;
            if (!complained) {
                complained = true;
                LOGGER.warn("The mails of queue {} cannot be counted", parts.get(0).getName().asString(), e);
            }
        } finally {
            long now = clock.getAsLong();
            notBefore = now + Math.max(PAUSE.toNanos(), (now - begun) * (SHARE - 1));
            counting.set(false);
        }
    }
}
