// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.queue.api.MailQueue;

/**
 * Mail that comes out of its queue before its time, because the queue knows no delays (RabbitMQ): it is held until it is due,
 * or, where it is far from due or much is held already, goes back into the queue after a pause, so that it goes round slowly.
 * From a queue that does hold mail back it comes early only when an administrator has flushed the queue, and is attempted.
 *
 * <p>Safe for use by several threads.
 */
final class EarlyMail {
    /** Well below the time for which a broker leaves an item in hand. */
    private static final Duration LONGEST_HOLD = Duration.ofMinutes(10);
    /** How long mail that goes round is in hand each time: what bounds how often it goes round. */
    private static final Duration PAUSE = Duration.ofSeconds(5);
    /** Of the places in the hand, so many at most; the others are for mail that is due. */
    private static final double SHARE = 0.5;
    private static final String NO_DELAYS = "rabbitmq";

    private final MailQueue queue;
    private final Clock clock;
    private final QueueThreads threads;
    private final StepRunner stepRunner;
    private final int most;
    private final boolean applies;
    private final AtomicInteger held = new AtomicInteger();
    private volatile boolean stopping;

    EarlyMail(MailQueue queue, Clock clock, QueueThreads threads, StepRunner stepRunner, int places) {
        this.queue = queue;
        this.clock = clock;
        this.threads = threads;
        this.stepRunner = stepRunner;
        this.most = Math.max(1, (int) (places * SHARE));
        this.applies = queue.getClass().getName().contains(NO_DELAYS);
    }

    /**
     * Holds a mail that is early.
     *
     * @param due runs when its time has come
     * @param gone runs when it is back in its queue, or stays there because James is stopping
     * @return false when it is not early; nothing is run then
     */
    boolean holds(QueuedMail mail, Runnable due, Runnable gone) {
        Duration early = applies ? QueueTimes.early(mail.mail(), clock) : Duration.ZERO;
        if (early.isZero()) {
            return false;
        }
        boolean stays = early.compareTo(LONGEST_HOLD) <= 0 && held.incrementAndGet() <= most;
        Duration wait = stays ? early : PAUSE;
        if (!stays && early.compareTo(LONGEST_HOLD) <= 0) {
            held.decrementAndGet();
        }
        after(wait, () -> {
            if (stays) {
                held.decrementAndGet();
            }
            if (stopping) {
                gone.run();
            } else if (stays) {
                due.run();
            } else {
                putBack(mail, gone);
            }
        }, gone);
        return true;
    }

    private void after(Duration wait, Runnable then, Runnable gone) {
        try {
            ScheduledFuture<?> unused = threads.timers().schedule(() -> threads.workers().execute(then), wait.toMillis(),
                TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            gone.run();
        }
    }

    private void putBack(QueuedMail mail, Runnable gone) {
        List<Settlement.Step> steps = List.of(
            new Settlement.Step("putting it back until it is due",
                () -> queue.enQueue(mail.mail(), QueueTimes.early(mail.mail(), clock))),
            new Settlement.Step("taking it out of the queue",
                () -> mail.item().done(MailQueue.MailQueueItem.CompletionStatus.SUCCESS)));
        CompletableFuture<Void> unused = stepRunner.run(mail.mail().getName(), steps, step -> { })
            .whenComplete((nothing, failure) -> gone.run());
    }

    void stop() {
        stopping = true;
    }
}
