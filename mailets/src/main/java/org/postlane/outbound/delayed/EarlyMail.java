// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.apache.james.queue.api.MailQueue;
import org.postlane.outbound.mail.LostItem;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.settlement.Settlement;
import org.postlane.outbound.settlement.StepRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mail that comes out of its queue before its time. A queue hands out such mail only when it was flushed. Where an administrator
 * has flushed the whole queue it is attempted; where he has flushed one destination, mail for others goes back for as long as it
 * still has to wait. That is no attempt, and it changes nothing else about the mail.
 *
 * <p>Safe for use by several threads; never blocks.
 */
final class EarlyMail {
    private static final Logger LOGGER = LoggerFactory.getLogger(EarlyMail.class);

    private final MailQueue queue;
    private final Clock clock;
    private final Executor workers;
    private final StepRunner stepRunner;
    private final FlushOrders orders;
    private final PutBacks putBacks;

    EarlyMail(MailQueue queue, Clock clock, Executor workers, StepRunner stepRunner, FlushOrders orders, PutBacks putBacks) {
        this.putBacks = putBacks;
        this.queue = queue;
        this.clock = clock;
        this.workers = workers;
        this.stepRunner = stepRunner;
        this.orders = orders;
    }

    /**
     * Decides about a mail.
     *
     * @param attempt runs when it shall be attempted now
     * @param gone runs when it is back in its queue, or stays there because James is stopping
     * @param waits runs where DNS has to say first whose mail it is: that may take long, and no other mail shall wait for it
     */
    void decide(MailQueue.MailQueueItem item, Runnable attempt, Runnable gone, Runnable waits) {
        if (QueueTimes.early(item.getMail(), clock).isZero() || !orders.areAbout(item.getMail())) {
            attempt.run();
            return;
        }
        CompletableFuture<Boolean> decision = orders.want(item.getMail());
        if (!decision.isDone()) {
            waits.run();
        }
        CompletableFuture<Void> unused = decision.thenAcceptAsync(wanted -> {
            if (wanted) {
                attempt.run();
            } else {
                CompletableFuture<Void> unusedEnd = putBack(item).whenComplete((nothing, failure) -> gone.run());
            }
        }, workers);
    }

    /** Makes it wait on; where that cannot be done, or James is stopping, the queue still has it and hands it out again. */
    CompletableFuture<Void> putBack(MailQueue.MailQueueItem item) {
        if (!putBacks.begin()) {
            LostItem.leave(item);
            return CompletableFuture.failedFuture(new RejectedExecutionException("James is stopping"));
        }
        return copyAndTakeOut(item).whenComplete((nothing, failure) -> putBacks.ended());
    }

    private CompletableFuture<Void> copyAndTakeOut(MailQueue.MailQueueItem item) {
        return stepRunner.run(item.getMail().getName(), () -> LostItem.is(item), List.of(
            new Settlement.Step("putting it back until it is due", () -> {
                Duration early = QueueTimes.early(item.getMail(), clock);
                QueueTimes.markDelayed(item.getMail(), clock);
                queue.enQueue(item.getMail(), early);
            }),
            new Settlement.Step("taking it out of the queue",
                () -> item.done(MailQueue.MailQueueItem.CompletionStatus.SUCCESS))))
            .whenComplete((nothing, failure) -> {
                if (failure != null) {
                    leave(item);
                }
            });
    }

    private void leave(MailQueue.MailQueueItem item) {
        try {
            item.done(MailQueue.MailQueueItem.CompletionStatus.RETRY);
        } catch (Exception | Error e) {
            LOGGER.warn("{} could not be given back to queue {}, and comes again after a restart", item.getMail().getName(),
                queue.getName().asString(), e);
        }
    }
}
