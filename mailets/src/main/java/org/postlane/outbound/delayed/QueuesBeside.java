// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.mailet.Mail;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * A queue that honours delays, made of one that ignores them (RabbitMQ) and others of its kind beside it, in which delayed mail
 * waits: one for each magnitude of delay.
 *
 * <p>Closing it closes them all. Safe for use by several threads.
 */
final class QueuesBeside implements MailQueue {
    private static final String NO_DELAYS = "rabbitmq";

    private final MailQueue ready;
    private final UnaryOperator<Flux<Offer>> whatIsReady;
    private final TreeMap<Duration, WaitingQueue> beside = new TreeMap<>();

    /**
     * Makes the queues beside, or finds them.
     *
     * @param names the end of the name of each queue beside, by the longest delay that it takes; the last takes any
     * @param waiting how mail waits in one of them
     * @param whatIsReady what is done with what comes out of the queue itself
     */
    QueuesBeside(MailQueue ready, MailQueueFactory<?> queues, Map<Duration, String> names,
                 Function<MailQueue, WaitingQueue> waiting, UnaryOperator<Flux<Offer>> whatIsReady) {
        this.ready = ready;
        this.whatIsReady = whatIsReady;
        names.forEach((longest, name) -> beside.put(longest, waiting.apply(
            queues.createQueue(MailQueueName.of(ready.getName().asString() + "-waiting-" + name),
                MailQueueFactory.prefetchCount(WaitingQueue.WINDOW)))));
    }

    /** Whether a queue ignores delays. */
    static boolean areNeededFor(MailQueue queue) {
        return queue.getClass().getName().contains(NO_DELAYS);
    }

    /** The queues of James that it is made of. */
    List<MailQueue> parts() {
        return Stream.concat(Stream.of(ready), besideIt()).collect(Collectors.toList());
    }

    private Stream<MailQueue> besideIt() {
        return beside.values().stream().map(WaitingQueue::queue);
    }

    /** Looks at all that waits once. */
    void beginRound(Instant ordered) {
        beside.values().forEach(queue -> queue.beginRound(ordered));
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
        List<Flux<Offer>> all = new ArrayList<>();
        all.add(whatIsReady.apply(offers(ready)));
        beside.values().forEach(queue -> all.add(queue.due()));
        return Flux.merge(Flux.fromIterable(all), all.size(), 1)
            // What has come out and was not asked for yet: others shall not wait for it until the connection ends.
            .doOnDiscard(Offer.class, Offer::leave)
            .handle((offer, sink) -> {
                if (offer.take()) {
                    sink.next(offer.item());
                }
            });
    }

    /** What comes out of a queue. */
    static Flux<Offer> offers(MailQueue queue) {
        return Flux.<MailQueueItem>from(queue.deQueue()).map(Offer::new);
    }

    @Override
    public void close() throws IOException {
        ready.close();
        closeBeside();
    }

    /** Closes the queues beside, and not the queue itself. */
    void closeBeside() throws IOException {
        for (MailQueue queue : besideIt().collect(Collectors.toList())) {
            queue.close();
        }
    }
}
