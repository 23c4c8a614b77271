// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.mailet.Mail;
import org.postlane.james.HoldTimes;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.operations.MailFetch;
import org.postlane.outbound.settlement.StepRunner;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A queue that knows no delays (RabbitMQ), with queues of the same kind beside it in which delayed mail waits: one for each
 * magnitude of delay. So delayed mail never stands before mail that is due, and is in the broker and not in memory.
 *
 * <p>Closing it closes the queues beside; the queue itself belongs to who made it. Safe for use by several threads.
 */
final class DelayingQueue implements MailQueue, OutgoingQueue {
    static final Duration LONGEST_HOLD = HoldTimes.WAITING;
    private static final String NO_DELAYS = "rabbitmq";
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

    private final MailQueue ready;
    private final TreeMap<Duration, WaitingQueue> beside = new TreeMap<>();
    private final Clock clock;
    private final FlushOrders orders;
    private final EarlyMail early;
    private final Scheduler workers;

    private DelayingQueue(MailQueue ready, MailQueueFactory<?> queues, Clock clock, Executor workers,
                          ScheduledExecutorService timers, StepRunner stepRunner, FlushOrders orders, PutBacks putBacks,
                          Duration longestHold) {
        this.ready = ready;
        this.clock = clock;
        this.orders = orders;
        this.early = new EarlyMail(this, clock, workers, stepRunner, orders, putBacks);
        this.workers = Schedulers.fromExecutor(workers);
        BESIDE.forEach((longest, name) -> beside.put(longest, new WaitingQueue(
            queues.createQueue(MailQueueName.of(ready.getName().asString() + "-waiting-" + name),
                MailQueueFactory.prefetchCount(WaitingQueue.WINDOW)),
            item -> QueueTimes.early(item, clock), workers, timers, longestHold, orders, early::putBack)));
    }

    /** Whether a queue ignores delays. */
    static boolean isNeededFor(MailQueue queue) {
        return queue.getClass().getName().contains(NO_DELAYS);
    }

    /** Makes the queues beside one that ignores delays, or finds them. */
    static DelayingQueue around(MailQueue ready, MailQueueFactory<?> queues, Clock clock, Executor workers,
                                ScheduledExecutorService timers, StepRunner stepRunner, FlushOrders orders,
                                PutBacks putBacks, Duration longestHold) {
        return new DelayingQueue(ready, queues, clock, workers, timers, stepRunner, orders, putBacks, longestHold);
    }

    @Override
    public MailQueue queue() {
        return this;
    }

    @Override
    public List<MailQueue> parts() {
        return Stream.concat(Stream.of(ready), beside.values().stream().map(WaitingQueue::queue)).collect(Collectors.toList());
    }

    /** Looks at all that waits once. */
    @Override
    public MailFetch fetch(String destination) {
        Instant ordered = orders.give(destination);
        beside.values().forEach(queue -> queue.beginRound(ordered));
        return MailFetch.ROUND;
    }

    @Override
    public MailQueueName getName() {
        return ready.getName();
    }

    @Override
    public void enQueue(Mail mail, Duration delay) throws MailQueueException {
        if (delay.isZero() || delay.isNegative()) {
            ready.enQueue(mail);
        } else {
            beside.ceilingEntry(delay).getValue().queue().enQueue(mail);
        }
    }

    @Override
    public void enQueue(Mail mail) throws MailQueueException {
        ready.enQueue(mail);
    }

    @Override
    public Publisher<Void> enqueueReactive(Mail mail) {
        return ready.enqueueReactive(mail);
    }

    @Override
    public Publisher<MailQueueItem> deQueue() {
        List<Publisher<MailQueueItem>> all = new ArrayList<>();
        all.add(Flux.<MailQueueItem>from(ready.deQueue()).flatMap(this::onlyDue, MOVED_AT_ONCE, 1));
        beside.values().forEach(queue -> all.add(queue.due()));
        return Flux.merge(Flux.fromIterable(all), all.size(), 1);
    }

    private Mono<MailQueueItem> onlyDue(MailQueueItem item) {
        return QueueTimes.early(item.getMail(), clock).isZero()
            ? Mono.just(item)
            : Mono.fromFuture(() -> early.putBack(item).whenComplete((nothing, failure) -> LifecycleUtil.dispose(item.getMail())))
                .subscribeOn(workers).<MailQueueItem>then(Mono.empty())
                .onErrorResume(stopping -> Mono.empty());
    }

    @Override
    public void close() throws IOException {
        for (WaitingQueue queue : beside.values()) {
            queue.queue().close();
        }
    }
}
