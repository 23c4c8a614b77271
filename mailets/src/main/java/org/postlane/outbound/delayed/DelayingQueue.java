// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueueFactory;
import org.postlane.james.HoldTimes;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.operations.MailFetch;
import org.postlane.outbound.settlement.StepRunner;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A queue that knows no delays (RabbitMQ), with queues of the same kind beside it in which delayed mail waits: one for each
 * magnitude of delay. So delayed mail never stands before mail that is due, and is in the broker and not in memory.
 *
 * <p>Closing it closes the queues beside; the queue itself belongs to who made it. Safe for use by several threads.
 */
final class DelayingQueue implements OutgoingQueue {
    static final Duration LONGEST_HOLD = HoldTimes.WAITING;
    /** Longest delay of each queue beside. From six minutes on they double as the default schedule does, jitter included. */
    private static final Map<Duration, String> BESIDE = new TreeMap<>(Map.of(
        Duration.ofSeconds(30), "30s",
        Duration.ofMinutes(2), "2m",
        Duration.ofMinutes(6), "6m",
        Duration.ofMinutes(12), "12m",
        Duration.ofMinutes(24), "24m",
        Duration.ofMinutes(48), "48m",
        Duration.ofMinutes(96), "96m",
        Duration.ofMinutes(192), "192m",
        Duration.ofSeconds(Long.MAX_VALUE), "long"));
    /** Mail that an earlier version left in the queue although it was delayed, moved at a time. */
    private static final int MOVED_AT_ONCE = 8;

    private final QueuesBeside all;
    private final Clock clock;
    private final FlushOrders orders;
    private final EarlyMail early;
    private final Scheduler workers;

    private DelayingQueue(MailQueue ready, MailQueueFactory<?> queues, Clock clock, Executor workers,
                          ScheduledExecutorService timers, StepRunner stepRunner, FlushOrders orders, PutBacks putBacks,
                          Duration longestHold) {
        this.clock = clock;
        this.orders = orders;
        this.workers = Schedulers.fromExecutor(workers);
        this.all = new QueuesBeside(ready, queues, BESIDE, beside -> new WaitingQueue(beside,
            item -> QueueTimes.early(item, clock), workers, timers, longestHold, orders, this::putBack),
            offers -> offers.flatMap(this::onlyDue, MOVED_AT_ONCE, 1));
        this.early = new EarlyMail(all, clock, workers, stepRunner, orders, putBacks);
    }

    private CompletableFuture<Void> putBack(MailQueueItem item) {
        return early.putBack(item);
    }

    /** Makes the queues beside one that ignores delays, or finds them. */
    static DelayingQueue around(MailQueue ready, MailQueueFactory<?> queues, Clock clock, Executor workers,
                                ScheduledExecutorService timers, StepRunner stepRunner, FlushOrders orders,
                                PutBacks putBacks, Duration longestHold) {
        return new DelayingQueue(ready, queues, clock, workers, timers, stepRunner, orders, putBacks, longestHold);
    }

    @Override
    public MailQueue queue() {
        return all;
    }

    @Override
    public List<MailQueue> parts() {
        return all.parts();
    }

    /** Looks at all that waits once. */
    @Override
    public MailFetch fetch(String destination) {
        all.beginRound(orders.give(destination));
        return MailFetch.ROUND;
    }

    private Mono<Offer> onlyDue(Offer offer) {
        return QueueTimes.early(offer.mail(), clock).isZero()
            ? Mono.just(offer)
            : Mono.fromFuture(() -> move(offer)).subscribeOn(workers).<Offer>then(Mono.empty())
                .onErrorResume(stopping -> Mono.fromRunnable(offer::leave))
                .doOnCancel(offer::leave);
    }

    private CompletableFuture<Void> move(Offer offer) {
        return offer.take()
            ? early.putBack(offer.item()).whenComplete((nothing, failure) -> LifecycleUtil.dispose(offer.mail()))
            : CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() throws IOException {
        all.closeBeside();
    }
}
