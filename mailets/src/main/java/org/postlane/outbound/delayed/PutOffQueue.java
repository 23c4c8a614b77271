// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.mailet.Mail;
import org.postlane.james.HoldTimes;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * A queue that knows no delays (RabbitMQ), for who puts mail off for some minutes at most and tries it again: what waits is in
 * queues beside it, and takes the place of nothing that is due. What comes out of the queue itself is not looked at.
 *
 * <p>Closing it closes them all. Safe for use by several threads.
 */
public final class PutOffQueue implements MailQueue {
    /** Longest delay of each queue beside; the last takes what is longer. */
    private static final Map<Duration, String> BESIDE =
        Map.of(Duration.ofSeconds(30), "30s", Duration.ofMinutes(2), "2m", Duration.ofSeconds(Long.MAX_VALUE), "6m");

    private final MailQueue ready;
    private final TreeMap<Duration, WaitingQueue> beside = new TreeMap<>();

    private PutOffQueue(MailQueue ready, MailQueueFactory<?> queues, Function<Mail, Duration> early,
                        ScheduledExecutorService timers) {
        this.ready = ready;
        // Nobody looks for a destination here.
        FlushOrders none = new FlushOrders(Clock.systemUTC(), (mail, names) -> CompletableFuture.completedFuture(true));
        BESIDE.forEach((longest, name) -> beside.put(longest, new WaitingQueue(
            queues.createQueue(MailQueueName.of(ready.getName().asString() + "-waiting-" + name),
                MailQueueFactory.prefetchCount(WaitingQueue.WINDOW)),
            early, PutOffQueue::work, timers, HoldTimes.WAITING, none, item -> CompletableFuture.completedFuture(null))));
    }

    private static void work(Runnable task) {
        Disposable unused = Schedulers.boundedElastic().schedule(task);
    }

    /**
     * The queue itself, where it honours delays.
     *
     * @param queues makes the queues beside one that ignores them
     * @param early how long a mail that was put off has to wait yet; zero when it is due
     * @param timers run what is short
     */
    public static MailQueue around(MailQueue queue, MailQueueFactory<?> queues, Function<Mail, Duration> early,
                                   ScheduledExecutorService timers) {
        return DelayingQueue.isNeededFor(queue) ? new PutOffQueue(queue, queues, early, timers) : queue;
    }

    /** The queues of James that one is made of. */
    public static List<MailQueue> parts(MailQueue queue) {
        return queue instanceof PutOffQueue ? ((PutOffQueue) queue).all().collect(Collectors.toList()) : List.of(queue);
    }

    private Stream<MailQueue> all() {
        return Stream.concat(Stream.of(ready), beside.values().stream().map(WaitingQueue::queue));
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
        List<Publisher<MailQueueItem>> all = Stream.concat(Stream.of(Flux.<MailQueueItem>from(ready.deQueue())),
            beside.values().stream().map(WaitingQueue::due)).collect(Collectors.toList());
        return Flux.merge(Flux.fromIterable(all), all.size(), 1);
    }

    @Override
    public void close() throws IOException {
        for (MailQueue queue : all().collect(Collectors.toList())) {
            queue.close();
        }
    }
}
