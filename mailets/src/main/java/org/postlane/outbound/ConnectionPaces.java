// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.apache.james.queue.api.MailQueueName;
import org.postlane.pool.OpeningGate;
import org.postlane.route.DomainRules;
import org.postlane.schedule.Pace;
import org.postlane.schedule.Rate;

/**
 * How fast connections may be opened. A rule names mail servers: those that it names share one pace, since they belong to
 * one provider; by the default each address has its own. All queues share the connections, so the strictest rule of any holds.
 *
 * <p>Safe for use by several threads; never blocks.
 */
final class ConnectionPaces implements OpeningGate<ConnectionKey> {
    /** More servers than a busy node speaks with in a day. */
    private static final int MOST_PACES = 50_000;
    /** Longer than any rate's period. */
    private static final Duration REMEMBERED = Duration.ofHours(25);

    /** A pace and the rate that it keeps. Immutable. */
    private static final class Kept {
        private final Rate rate;
        private final Pace pace;

        private Kept(Rate rate, Pace pace) {
            this.rate = rate;
            this.pace = pace;
        }
    }

    private final LongSupplier clock;
    private final Map<MailQueueName, DomainRules<Rate>> rules = new ConcurrentHashMap<>();
    private final Cache<Object, Kept> paces;

    ConnectionPaces(LongSupplier clock) {
        this.clock = clock;
        this.paces = Caffeine.newBuilder().maximumSize(MOST_PACES).expireAfterAccess(REMEMBERED).executor(Runnable::run).build();
    }

    void change(MailQueueName queue, DomainRules<Rate> changed) {
        rules.put(queue, changed);
    }

    void remove(MailQueueName queue) {
        rules.remove(queue);
    }

    @Override
    public long nanosUntilOpening(ConnectionKey key) {
        String server = key.settings().serverName();
        Optional<DomainRules.Rule<Rate>> strictest = rules.values().stream()
            .flatMap(all -> all.ofMx(server).or(() -> all.ofDomain(server)).or(all::byDefault).stream())
            .filter(rule -> rule.value().isLimited())
            .max(Comparator.comparingDouble(rule -> (double) rule.value().period().toNanos() / rule.value().count()));
        if (strictest.isEmpty()) {
            return 0;
        }
        DomainRules.Rule<Rate> rule = strictest.get();
        Object shared = rule.pattern().equals(DomainRules.DEFAULT) ? key.host() : rule.pattern();
        return paces.asMap().compute(shared, (name, kept) -> kept == null ? new Kept(rule.value(), new Pace(rule.value(), clock))
            : kept.rate.equals(rule.value()) ? kept : new Kept(rule.value(), kept.pace.changedTo(rule.value()))).pace.take();
    }
}
