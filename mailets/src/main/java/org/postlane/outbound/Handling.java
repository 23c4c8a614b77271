// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import org.apache.james.queue.api.MailQueue;
import org.postlane.outbound.delayed.DelayedMail;
import org.postlane.outbound.mail.LostItem;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.settlement.Settlement;
import org.postlane.outbound.settlement.SettlementCourse;
import org.postlane.outbound.settlement.StepRunner;
import org.postlane.outbound.settlement.Unsettled;
import org.postlane.smtp.Futures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done with a mail in hand: it begins, is settled when its attempts have ended, or goes back into its queue where neither
 * can be done. Safe for use by several threads.
 */
final class Handling implements QueuedMail.Owner {
    /** A mail that comes out of the queue again and again shall not keep it busy. */
    private static final Duration PAUSE_BEFORE_GIVING_BACK = Duration.ofMinutes(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(Handling.class);

    private final String queue;
    private final Hand hand;
    private final QueueThreads threads;
    private final DelayedMail delayedMail;
    private final Function<QueuedMail, BeginningCourse> beginnings;
    private final Settlement settlement;
    private final StepRunner stepRunner;
    private final Unsettled unsettled;
    private final BooleanSupplier stopping;
    /** Those that are being settled. */
    private final Set<SettlementCourse> courses = ConcurrentHashMap.newKeySet();

    /**
     * For the mail of one queue.
     *
     * @param beginnings how a mail begins
     * @param stopping whether James is stopping: then the queue keeps what it has
     */
    Handling(String queue, Hand hand, QueueThreads threads, DelayedMail delayedMail,
             Function<QueuedMail, BeginningCourse> beginnings, Settlement settlement, StepRunner stepRunner,
             Unsettled unsettled, BooleanSupplier stopping) {
        this.queue = queue;
        this.hand = hand;
        this.threads = threads;
        this.delayedMail = delayedMail;
        this.beginnings = beginnings;
        this.settlement = settlement;
        this.stepRunner = stepRunner;
        this.unsettled = unsettled;
        this.stopping = stopping;
    }

    /** Begins with one, on another thread. */
    void take(QueuedMail mail) {
        hand.take(mail);
        onWorker(mail, () -> look(mail));
    }

    private void onWorker(QueuedMail mail, Runnable work) {
        try {
            threads.workers().execute(work);
        } catch (RejectedExecutionException e) {
            left(mail);
        } catch (RuntimeException | Error e) {
            // No thread could be made for it.
            giveBack(mail, e);
        }
    }

    private void look(QueuedMail mail) {
        Optional<QueuedMail> before = hand.lostCopyOf(mail, () -> onWorker(mail, () -> look(mail)));
        if (before.isPresent()) {
            LOGGER.info("{} came again while it is being delivered, and waits for what becomes of that", mail.name());
            hand.sorted(mail);
            before.get().dropWaiting();
            return;
        }
        if (mail.isLost()) {
            left(mail);
            return;
        }
        try {
            delayedMail.decide(mail.item(), () -> begin(mail), () -> hand.release(mail), () -> hand.sorted(mail));
        } catch (RuntimeException | Error e) {
            giveBack(mail, e);
        }
    }

    private void begin(QueuedMail mail) {
        BeginningCourse course = beginnings.apply(mail);
        try {
            course.steps();
        } catch (RuntimeException | Error e) {
            beginLater(mail, course);
            return;
        }
        course.begin();
        hand.sorted(mail);
    }

    private void beginLater(QueuedMail mail, BeginningCourse course) {
        // This takes minutes, and the reader shall not wait for it.
        hand.sorted(mail);
        CompletableFuture<Void> unused = stepRunner.run(course).whenComplete((nothing, failure) -> {
            if (failure != null) {
                giveBackNow(mail, failure);
            } else if (!course.begin()) {
                hand.release(mail);
            }
        });
    }

    /** Settles it step by step, or gives it back where that is not possible. */
    @Override
    public void attempted(QueuedMail mail, List<Verdict> verdicts) {
        try {
            SettlementCourse course = new SettlementCourse(settlement, mail.item(), mail.name(), mail.record(), verdicts);
            courses.add(course);
            settle(mail, course);
        } catch (RuntimeException | Error e) {
            giveBack(mail, e);
        }
    }

    private void settle(QueuedMail mail, SettlementCourse course) {
        CompletableFuture<Void> unused = stepRunner.run(course).whenComplete((nothing, failure) -> {
            if (failure != null && course.hasLetGo()) {
                settleLater(mail, course, Futures.rootOf(failure));
                return;
            }
            courses.remove(course);
            if (failure != null) {
                course.restore();
                giveBackNow(mail, failure);
            } else {
                // A copy of one that was lost may wait for its turn here. It goes by the same record, and ends it.
                if (!mail.isLost()) {
                    mail.record().done();
                }
                hand.release(mail);
            }
            course.end();
        });
    }

    /** What the queue no longer has is settled here or nowhere, however long that takes, until James stops. */
    private void settleLater(QueuedMail mail, SettlementCourse course, Throwable why) {
        if (!stopping.getAsBoolean()) {
            boolean unused = unsettled.fails(mail.name(), why);
            LOGGER.error("{} was delivered and cannot be settled; that is tried again and again", mail.name(), why);
            try {
                stepRunner.later(PAUSE_BEFORE_GIVING_BACK, () -> settle(mail, course));
                return;
            } catch (RejectedExecutionException e) {
                LOGGER.debug("{} is not tried again", mail.name(), e);
            }
        }
        tellUndone(course, why);
        hand.release(mail);
        course.end();
    }

    /** Once for each: nobody does it any more, and only the log knows that it was to be done. */
    private void tellUndone(SettlementCourse course, Throwable why) {
        if (courses.remove(course)) {
            LOGGER.error("{} was delivered to {}, and James stops before all was done that comes after that. "
                + "Not done, as far as is known: {}. "
                + "Queue {} was told that the mail has arrived: this is not done after a start either, nor is it sent again",
                course.name(), course.recipients(), course.undone(), queue, why);
        }
    }

    /** Nothing goes on any more. Tells of what is still under way, and will not be heard of. */
    void close() {
        courses.stream().filter(course -> course.hasLetGo() && !course.undone().isEmpty())
            .forEach(course -> tellUndone(course, new CancellationException("James does not wait for it any longer")));
    }

    /**
     * Lets the queue have a mail again of which nothing can be made now. It hands it out again at once, so this comes after a
     * while only; what was delivered is recorded and is not repeated.
     */
    private void giveBack(QueuedMail mail, Throwable why) {
        giveBack(mail, why, PAUSE_BEFORE_GIVING_BACK);
    }

    /** The same after steps that were tried for as long as a mail may be held then: that was pause enough. */
    private void giveBackNow(QueuedMail mail, Throwable why) {
        giveBack(mail, why, Duration.ZERO);
    }

    private void giveBack(QueuedMail mail, Throwable why, Duration pause) {
        hand.sorted(mail);
        if (stopping.getAsBoolean() || mail.isLost()) {
            left(mail);
            return;
        }
        if (unsettled.fails(mail.name(), Futures.rootOf(why))) {
            LOGGER.error("{} cannot be settled and goes back into queue {} as it is, again and again while that is so",
                mail.name(), queue, why);
        }
        try {
            stepRunner.later(pause, () -> onWorker(mail, () -> handBack(mail)));
        } catch (RejectedExecutionException e) {
            left(mail);
        }
    }

    private void handBack(QueuedMail mail) {
        if (stopping.getAsBoolean()) {
            left(mail);
            return;
        }
        try {
            mail.item().done(MailQueue.MailQueueItem.CompletionStatus.RETRY);
        } catch (Exception | Error e) {
            // Its place is needed. A broker that cannot be told hands it out again when the connection to it is new.
            LOGGER.warn("{} could not be given back to queue {}", mail.name(), queue, e);
        }
        hand.release(mail);
    }

    /** The queue still has it, and hands it out again after the restart; or has already done so. */
    @Override
    public void left(QueuedMail mail) {
        if (mail.isLost()) {
            LOGGER.info("{} is dropped: queue {} gives it out again", mail.name(), queue);
        } else {
            LOGGER.info("{} stays in queue {} until James has restarted", mail.mail().getName(), queue);
            LostItem.leave(mail.item());
        }
        hand.release(mail);
    }
}
