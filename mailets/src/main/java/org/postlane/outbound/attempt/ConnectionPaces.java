// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.apache.james.queue.api.MailQueueName;
import org.postlane.pool.OpeningGate;
import org.postlane.route.DomainRules;
import org.postlane.schedule.Pace;
import org.postlane.schedule.Paces;
import org.postlane.schedule.Rate;

/**
 * How fast connections may be opened. A rule names mail servers and gateways, or the domains of recipients: all connections that
 * it names share one pace; by the default each address has its own. In one queue the first of these holds that there is: the
 * rule with {@code mx:} for the server, the one without for the server, the strictest for a domain of the recipients, the
 * default. All queues share the connections, so the strictest of their rules holds.
 *
 * <p>Safe for use by several threads; never blocks.
 */
final class ConnectionPaces implements OpeningGate<ConnectionKey> {
    /** More servers than a busy node speaks with in a day. */
    private static final int MOST_PACES = 50_000;
    /** Longer than any rate's period. */
    private static final Duration REMEMBERED = Duration.ofHours(25);

    /** What has no limit comes last. */
    private static final Comparator<DomainRules.Rule<Rate>> STRICTEST = Comparator.comparingDouble(rule ->
        rule.value().isLimited() ? (double) rule.value().period().toNanos() / rule.value().count() : 0);

    /** A pace and the rate that it keeps. Immutable. */
    private static final class Kept {
        private final Rate rate;
        private final Pace pace;

        private Kept(Rate rate, Pace pace) {
            this.rate = rate;
            this.pace = pace;
        }
    }

    private final Paces keeper;
    private final Consumer<Object> due;
    private final Map<MailQueueName, DomainRules<Rate>> rules = new ConcurrentHashMap<>();
    private final Cache<Object, Kept> paces;

    /**
     * No rules so far.
     *
     * @param keeper keeps the rates; asked when one is first needed
     * @param due called without a lock, with the name of the pace, when an opening may begin earlier than was said
     */
    ConnectionPaces(Paces keeper, Consumer<Object> due) {
        this.keeper = keeper;
        this.due = due;
        this.paces = Caffeine.newBuilder().maximumSize(MOST_PACES).expireAfterAccess(REMEMBERED).executor(Runnable::run).build();
    }

    void change(MailQueueName queue, DomainRules<Rate> changed) {
        rules.put(queue, changed);
    }

    void remove(MailQueueName queue) {
        rules.remove(queue);
    }

    private static Optional<DomainRules.Rule<Rate>> ofDomains(DomainRules<Rate> all, Set<String> domains) {
        return domains.stream().flatMap(domain -> all.ofDomain(domain).stream()).max(STRICTEST);
    }

    private Optional<DomainRules.Rule<Rate>> rule(ConnectionKey key) {
        String server = key.settings().serverName();
        return rules.values().stream()
            .flatMap(all -> all.ofMx(server).or(() -> all.ofDomain(server)).or(() -> ofDomains(all, key.domains()))
                .or(all::byDefault).stream())
            .filter(rule -> rule.value().isLimited())
            .max(STRICTEST);
    }

    private static Object nameOf(DomainRules.Rule<Rate> rule, ConnectionKey key) {
        return rule.pattern().equals(DomainRules.DEFAULT) ? key.host() : rule.pattern();
    }

    /** The pattern of the rule that holds for it; the host's own where that is the default. */
    @Override
    public Object paceOf(ConnectionKey key) {
        return rule(key).map(rule -> nameOf(rule, key)).orElseGet(key::host);
    }

    @Override
    public long nanosUntilOpening(ConnectionKey key) {
        Optional<DomainRules.Rule<Rate>> strictest = rule(key);
        if (strictest.isEmpty()) {
            return 0;
        }
        DomainRules.Rule<Rate> rule = strictest.get();
        return paces.asMap().compute(nameOf(rule, key), (named, kept) -> kept == null
            ? new Kept(rule.value(), keeper.of(ConnectionKey.nameOf(named), rule.value(), () -> due.accept(named)))
            : kept.rate.equals(rule.value()) ? kept : new Kept(rule.value(), kept.pace.changedTo(rule.value()))).pace.take();
    }
}
