// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

import org.apache.james.queue.api.MailQueueName;
import org.postlane.james.Parameters;
import org.postlane.schedule.DestinationStatus;
import org.postlane.schedule.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The destinations of the queues that are being delivered, each queue with a scheduler of its own. What an administrator orders
 * is logged: it explains later why mail was returned. One for the whole James. Safe for use by several threads.
 */
public final class QueueDestinations implements Destinations {
    private static final Logger LOGGER = LoggerFactory.getLogger(QueueDestinations.class);

    private final Map<MailQueueName, Scheduler<?>> schedulers = new ConcurrentHashMap<>();
    private final Map<MailQueueName, Function<String, MailFetch>> fetches = new ConcurrentHashMap<>();
    private volatile OrderBook book = OrderBook.ofThisProcess(Clock.systemUTC());

    /**
     * Shows the destinations of a queue.
     *
     * @param fetch fetches delayed mail of a destination out of the queue
     */
    public void add(MailQueueName queue, Scheduler<?> scheduler, Function<String, MailFetch> fetch) {
        fetches.put(queue, fetch);
        schedulers.put(queue, scheduler);
    }

    /** Gives a queue the orders about its destinations that were given before this start, and keeps those to come. */
    public void obey(MailQueueName queue, Scheduler<?> scheduler, OrderBook orders) {
        book = orders;
        orders.of(queue).forEach((name, order) -> {
            String until = order.until().map(end -> " until " + end).orElse(" until it is resumed");
            if (order.kind() == OrderBook.Kind.SUSPEND) {
                scheduler.suspend(name, orders.remaining(order));
                LOGGER.warn("By order from before this start: destination {} of queue {} is suspended{}", name,
                    queue.asString(), until);
            } else {
                scheduler.bounce(name, orders.remaining(order).orElse(Duration.ZERO), order.reason());
                LOGGER.warn("By order from before this start: the mail of destination {} of queue {} is bounced{}", name,
                    queue.asString(), until);
            }
        });
    }

    /** Forgets the destinations of a queue that is no longer delivered. */
    public void remove(MailQueueName queue) {
        schedulers.remove(queue);
        fetches.remove(queue);
    }

    @Override
    public Set<MailQueueName> queues() {
        return Set.copyOf(schedulers.keySet());
    }

    @Override
    public Map<MailQueueName, List<DestinationStatus>> list() {
        Map<MailQueueName, List<DestinationStatus>> all = new LinkedHashMap<>();
        schedulers.forEach((queue, scheduler) -> all.put(queue, scheduler.destinations()));
        return all;
    }

    @Override
    public Optional<DestinationStatus> find(MailQueueName queue, String name) {
        return Optional.ofNullable(schedulers.get(queue)).flatMap(scheduler -> scheduler.destination(name));
    }

    @Override
    public Optional<DestinationStatus> suspend(MailQueueName queue, String name, Optional<Duration> duration) {
        String what = "suspended" + duration.map(time -> " for " + Parameters.spell(time)).orElse("");
        return order(queue, name, what, scheduler -> {
            book.put(queue, name, OrderBook.Order.suspend(duration.map(book::after)));
            scheduler.suspend(name, duration);
        });
    }

    @Override
    public Optional<DestinationStatus> resume(MailQueueName queue, String name) {
        return order(queue, name, "resumed", scheduler -> {
            book.remove(queue, name);
            scheduler.resume(name);
        });
    }

    @Override
    public Optional<MailFetch> flush(MailQueueName queue, String name) {
        Scheduler<?> scheduler = schedulers.get(queue);
        Function<String, MailFetch> fetch = fetches.get(queue);
        if (scheduler == null || fetch == null) {
            return Optional.empty();
        }
        // The penalty first: what is fetched would be handed back because of it.
        scheduler.retryNow(name);
        MailFetch how = fetch.apply(name);
        LOGGER.info("By order of an administrator: destination {} of queue {} is tried at once; delayed mail: {}", name,
            queue.asString(), how);
        return Optional.of(how);
    }

    @Override
    public Optional<DestinationStatus> bounce(MailQueueName queue, String name, Duration duration, String reason) {
        return order(queue, name, "bounced for " + Parameters.spell(duration), scheduler -> {
            book.put(queue, name, OrderBook.Order.bounce(book.after(duration), reason));
            scheduler.bounce(name, duration, reason);
        });
    }

    /** One after the other: the book and the scheduler must not disagree. */
    private synchronized Optional<DestinationStatus> order(MailQueueName queue, String name, String what,
                                                           Consumer<Scheduler<?>> order) {
        Scheduler<?> scheduler = schedulers.get(queue);
        if (scheduler == null) {
            return Optional.empty();
        }
        order.accept(scheduler);
        LOGGER.info("By order of an administrator: destination {} of queue {} is {}", name, queue.asString(), what);
        return scheduler.destination(name);
    }
}
