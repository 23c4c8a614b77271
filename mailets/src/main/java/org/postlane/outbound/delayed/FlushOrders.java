// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

import org.apache.mailet.Mail;
import org.postlane.outbound.mail.QueueTimes;

/**
 * Orders to try the delayed mail of some destinations now. To find it, all delayed mail of the queue is looked at once; an order
 * is about mail that was delayed before it was given, so that what goes on waiting, or is delayed again, is not looked at twice.
 *
 * <p>Safe for use by several threads; never blocks.
 */
final class FlushOrders {
    /** By then a queue has handed out what it holds, or has more that is due than anybody could flush. */
    static final Duration LASTS = Duration.ofHours(1);

    private final Clock clock;
    private final BiFunction<Mail, Set<String>, CompletableFuture<Boolean>> goesTo;
    private final Map<String, Instant> orders = new ConcurrentHashMap<>();
    /** When the queue was flushed last for the sake of orders. */
    private volatile Instant flushed = Instant.MIN;

    /** @param goesTo whether a mail has recipients at one of some destinations; must not fail */
    FlushOrders(Clock clock, BiFunction<Mail, Set<String>, CompletableFuture<Boolean>> goesTo) {
        this.clock = clock;
        this.goesTo = goesTo;
    }

    /** Returns when it was given. */
    Instant give(String destination) {
        Instant now = clock.instant();
        orders.values().removeIf(this::isOver);
        orders.put(destination, now);
        return now;
    }

    private boolean isOver(Instant given) {
        return given.plus(LASTS).isBefore(clock.instant());
    }

    /**
     * The whole queue is flushed now because of orders: mail that was delayed before comes out. What goes back meanwhile is
     * delayed later, and when it comes again, an administrator has let it come.
     */
    void flushBegins() {
        flushed = clock.instant();
    }

    /**
     * Whether a mail that is not due has been taken out of its queue because of an order: also one that was delayed since, while
     * the queue had not been flushed yet. No order wants that, but it was no administrator either who let it come.
     */
    boolean areAbout(Mail mail) {
        Optional<Instant> last = orders.values().stream().max(Comparator.naturalOrder()).filter(given -> !isOver(given));
        return last.filter(given -> QueueTimes.isDelayedBefore(mail, given) || QueueTimes.isDelayedBefore(mail, flushed))
            .isPresent();
    }

    /** Whether it shall be tried now; else it goes on waiting. */
    CompletableFuture<Boolean> want(Mail mail) {
        Set<String> destinations = orders.entrySet().stream()
            .filter(order -> !isOver(order.getValue()) && QueueTimes.isDelayedBefore(mail, order.getValue()))
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
        return destinations.isEmpty() ? CompletableFuture.completedFuture(false) : goesTo.apply(mail, destinations);
    }
}
