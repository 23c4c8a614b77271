// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.inject.Provider;

import org.apache.james.mailetcontainer.api.MailProcessor;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.mailet.Mail;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Takes mails from one lane's queue, as many at a time as the lane has slots. A mail holds its slot until its run ends; a run
 * that outlives the lane's timeout lends its slot to the next mail, and goes on. At most as many slots are lent as there are.
 *
 * <p>Safe for use by several threads.
 */
final class LaneConsumer {
    /** How often a run that could not lend its slot asks again. */
    static final Duration LEND_AGAIN = Duration.ofSeconds(1);
    /**
     * A queue may ignore delays. Then a mail that is not due keeps its slot for this long before it goes back into the queue,
     * so that it does not turn faster.
     */
    static final Duration LONGEST_PARKING = Duration.ofSeconds(10);

    private static final Duration RESUBSCRIBE_FIRST = Duration.ofSeconds(1);
    private static final Duration RESUBSCRIBE_LONGEST = Duration.ofMinutes(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(LaneConsumer.class);

    private final LaneSettings settings;
    private final MailQueue queue;
    private final ScheduledExecutorService timer;
    private final LaneMetrics metrics;
    private final LaneRunner runner;
    private final ThreadPoolExecutor threads;
    private final Scheduler queueScheduler;
    private final AtomicInteger slotsLent = new AtomicInteger();
    private final Places places;
    private final StraightRuns straightRuns = new StraightRuns(System::nanoTime);
    private final Disposable.Swap subscription = Disposables.swap();

    LaneConsumer(LaneSettings settings, MailQueue queue, Provider<MailProcessor> processor, ScheduledExecutorService timer,
            Clock clock, LaneMetrics metrics) {
        this.settings = settings;
        this.queue = queue;
        this.timer = timer;
        this.metrics = metrics;
        this.runner = new LaneRunner(settings, queue, processor, clock, metrics);
        this.places = new Places(settings.concurrency());
        // No run ever waits for a thread.
        this.threads = LaneThreads.pool(settings.laneName(), settings.slots(), new LinkedBlockingQueue<>());
        this.queueScheduler = Schedulers.newBoundedElastic(1, Integer.MAX_VALUE, settings.laneName() + "-queue", 60, true);
    }

    void start() {
        LOGGER.info("{}: {} at a time to processor {}, slots lent after {}", settings.laneName(), settings.concurrency(),
            settings.processor(), settings.timeout());
        subscription.update(Flux.defer(() -> Flux.from(queue.deQueue()))
            .subscribeOn(queueScheduler)
            .flatMap(item -> Mono.fromFuture(accept(item)), settings.concurrency())
            .retryWhen(Retry.backoff(Long.MAX_VALUE, RESUBSCRIBE_FIRST).maxBackoff(RESUBSCRIBE_LONGEST).transientErrors(true)
                .doBeforeRetry(failed -> LOGGER.error("{}: the queue failed and is asked again", settings.laneName(),
                    failed.failure())))
            .repeatWhen(ended -> ended.delayElements(RESUBSCRIBE_FIRST))
            .subscribe());
    }

    /** Never throws: an error here would end the subscription with other mails in its buffer. */
    private CompletableFuture<Void> accept(MailQueueItem item) {
        Run run = new Run(item);
        try {
            Duration early = runner.notDueFor(item.getMail());
            if (early.isZero()) {
                run.begin();
            } else {
                long parking = Math.min(early.toMillis(), LONGEST_PARKING.toMillis());
                var unusedTask = timer.schedule(run::begin, parking, TimeUnit.MILLISECONDS);
            }
        } catch (RuntimeException | Error e) {
            LOGGER.error("{}: a mail cannot be run and goes back into the queue", settings.laneName(), e);
            runner.giveBack(item);
            run.slot.complete(null);
        }
        return run.slot;
    }

    /** Begins to run a mail that has not been in the queue; empty, and nothing has happened, where there is no place for it. */
    Optional<StraightRun> runStraight(Mail part) {
        if (!places.tryTake()) {
            return Optional.empty();
        }
        Optional<StraightRun> straight = straightRuns.begin(part);
        if (straight.isEmpty()) {
            places.giveBack();
            return straight;
        }
        Run run = new Run(straight.get());
        try {
            threads.execute(run);
        } catch (RuntimeException | Error e) {
            LOGGER.info("{} has no thread for the mail, which goes into its queue", settings.laneName(), e);
            straightRuns.ended(straight.get());
            run.end();
            return Optional.empty();
        }
        run.watch(settings.timeout());
        return straight;
    }

    /** Takes no more mails; what runs goes on. */
    void stop() {
        subscription.dispose();
        queueScheduler.dispose();
        threads.shutdown();
    }

    /** Whether all runs ended in time. */
    boolean awaitEnd(Duration atMost) throws InterruptedException {
        return threads.awaitTermination(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS);
    }

    /** One mail in the lane's processor. */
    private final class Run implements Runnable {
        private final MailQueueItem item;
        private final CompletableFuture<Void> slot = new CompletableFuture<>();
        private ScheduledFuture<?> overdueCheck;
        private boolean ended;
        private boolean overdue;
        private boolean lent;

        private Run(MailQueueItem item) {
            this.item = item;
        }

        private void begin() {
            places.take(this::inItsPlace);
        }

        private void inItsPlace() {
            try {
                threads.execute(this);
                watch(settings.timeout());
            } catch (RejectedExecutionException e) {
                LOGGER.debug("{} is stopping, the mail stays in its queue", settings.laneName(), e);
                runner.giveBack(item);
                end();
            } catch (RuntimeException | Error e) {
                LOGGER.error("{}: a mail cannot be run and goes back into the queue", settings.laneName(), e);
                runner.giveBack(item);
                end();
            }
        }

        private synchronized void watch(Duration after) {
            if (!ended && !timer.isShutdown()) {
                overdueCheck = timer.schedule(this::checkOverdue, after.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        @Override
        public void run() {
            try {
                runner.run(item);
            } finally {
                end();
                if (item instanceof StraightRun) {
                    // An error may have ended it without a word, and the spool waits.
                    ((StraightRun) item).done(MailQueueItem.CompletionStatus.RETRY);
                }
            }
        }

        private void checkOverdue() {
            synchronized (this) {
                if (ended) {
                    return;
                }
                if (!overdue) {
                    overdue = true;
                    metrics.stuck();
                    LOGGER.warn("{}: processor {} has not ended after {} for mail {}; it goes on", settings.laneName(),
                        settings.processor(), settings.timeout(), runner.nameOf(item));
                }
                if (slotsLent.incrementAndGet() > settings.concurrency()) {
                    slotsLent.decrementAndGet();
                    watch(LEND_AGAIN);
                    return;
                }
                lent = true;
            }
            places.giveBack();
            slot.complete(null);
        }

        private void end() {
            boolean wasLent;
            synchronized (this) {
                ended = true;
                if (overdueCheck != null) {
                    overdueCheck.cancel(false);
                }
                wasLent = lent;
            }
            if (wasLent) {
                slotsLent.decrementAndGet();
            } else {
                places.giveBack();
            }
            slot.complete(null);
        }
    }
}
