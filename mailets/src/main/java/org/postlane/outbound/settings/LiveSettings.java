// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settings;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import org.postlane.route.DomainRules;
import org.postlane.schedule.DestinationLimits;
import org.postlane.schedule.Rate;

/**
 * What may be changed about a queue while it is being delivered: the limits of its destinations. Immutable.
 *
 * <p>A destination is named as the scheduler names it: a recipient domain, {@code mx:} and the pattern of a rule, or words with
 * a space between them (a group of gateways), for which only {@code default} holds.
 */
public final class LiveSettings {
    /** No rates, and every destination with the default concurrency. */
    public static final LiveSettings DEFAULTS = new LiveSettings(DomainRules.none(), DomainRules.none(), DomainRules.none());

    /**
     * Deliveries at once where no rule says otherwise: as many connections as Postfix makes to a destination, each with as many
     * mails on their way as it may carry. Where there are fewer connections, or a host lets no mail follow another, fewer are
     * reached.
     */
    public static final int DEFAULT_CONCURRENCY =
        DestinationLimits.DEFAULT_CONCURRENCY * OutboundSettings.DEFAULT_MAILS_IN_FLIGHT_PER_CONNECTION;

    private static final String MX = "mx:";

    private final DomainRules<Rate> rates;
    private final DomainRules<Rate> connectionRates;
    private final DomainRules<Integer> concurrency;

    /**
     * Settings.
     *
     * @param rates most mails to a destination in a time
     * @param connectionRates most connections opened in a time, by the name of the mail server
     * @param concurrency most deliveries to a destination at once
     */
    public LiveSettings(DomainRules<Rate> rates, DomainRules<Rate> connectionRates, DomainRules<Integer> concurrency) {
        this.rates = Objects.requireNonNull(rates, "rates");
        this.connectionRates = Objects.requireNonNull(connectionRates, "connectionRates");
        this.concurrency = Objects.requireNonNull(concurrency, "concurrency");
    }

    /** Most mails in a time, by domain and by provider. */
    public DomainRules<Rate> rates() {
        return rates;
    }

    /** Most connections opened in a time, by the name of the mail server; the strictest of all queues holds. */
    public DomainRules<Rate> connectionRates() {
        return connectionRates;
    }

    /** Most deliveries at once, by domain and by provider. */
    public DomainRules<Integer> concurrency() {
        return concurrency;
    }

    /** The limits of a destination. */
    public DestinationLimits limitsOf(String destination) {
        return new DestinationLimits(find(concurrency, destination, DEFAULT_CONCURRENCY),
            find(rates, destination, Rate.NONE));
    }

    /** The destination that all domains share whose first mail server a rule names; empty where none does. */
    public Optional<String> providerOf(List<String> mailServers) {
        String best = mailServers.get(0);
        return Stream.of(rates, connectionRates, concurrency)
            .flatMap(rules -> rules.ofMx(best).map(DomainRules.Rule::pattern).stream())
            // The rule that names the server most exactly.
            .max(Comparator.comparingInt(String::length));
    }

    /** Whether a rule names this domain, so that it must not share what the rule gives it. */
    public boolean names(String domain) {
        return Stream.of(rates, connectionRates, concurrency).anyMatch(rules -> rules.ofDomain(domain).isPresent());
    }

    private static <T> T find(DomainRules<T> rules, String destination, T absent) {
        Optional<DomainRules.Rule<T>> own = destination.startsWith(MX) ? rules.ofMx(destination.substring(MX.length()))
            : destination.indexOf(' ') < 0 ? rules.ofDomain(destination) : Optional.empty();
        return own.or(rules::byDefault).map(DomainRules.Rule::value).orElse(absent);
    }

    @Override
    public String toString() {
        return "rates " + rates + ", connection rates " + connectionRates + ", concurrency " + concurrency;
    }
}
