// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

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

    /**
     * Shows the destinations of a queue.
     *
     * @param fetch fetches delayed mail of a destination out of the queue
     */
    void add(MailQueueName queue, Scheduler<?> scheduler, Function<String, MailFetch> fetch) {
        fetches.put(queue, fetch);
        schedulers.put(queue, scheduler);
    }

    /** Forgets the destinations of a queue that is no longer delivered. */
    void remove(MailQueueName queue) {
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
        return order(queue, name, "suspended" + duration.map(time -> " for " + time).orElse(""),
            scheduler -> scheduler.suspend(name, duration));
    }

    @Override
    public Optional<DestinationStatus> resume(MailQueueName queue, String name) {
        return order(queue, name, "resumed", scheduler -> scheduler.resume(name));
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
        return order(queue, name, "bounced for " + duration, scheduler -> scheduler.bounce(name, duration, reason));
    }

    private Optional<DestinationStatus> order(MailQueueName queue, String name, String what, Consumer<Scheduler<?>> order) {
        Scheduler<?> scheduler = schedulers.get(queue);
        if (scheduler == null) {
            return Optional.empty();
        }
        order.accept(scheduler);
        LOGGER.info("By order of an administrator: destination {} of queue {} is {}", name, queue.asString(), what);
        return scheduler.destination(name);
    }
}
