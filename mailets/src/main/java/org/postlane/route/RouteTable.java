// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.james.core.Domain;

/**
 * Which way mail goes, by the domain of its recipient and of its sender. The recipient's domain decides first: a rule that names
 * it comes before one for {@code *.} above it, and that before one for any domain. Of rules for the same recipients, the one
 * that names the sender's domain most exactly holds. Immutable; safe to share.
 */
public final class RouteTable {
    /** In the place of a sender: whoever it is, and nobody too. */
    private static final String ANYBODY = "";

    private final Map<String, Map<String, RouteSource>> rules;
    private final RouteSource otherwise;

    private RouteTable(Map<String, Map<String, RouteSource>> rules, RouteSource otherwise) {
        this.rules = rules;
        this.otherwise = otherwise;
    }

    /** The one way for all mail. */
    public static RouteTable always(RouteSource source) {
        return new RouteTable(Map.of(), source);
    }

    /**
     * The way of mail from one domain to another.
     *
     * @param sender empty for mail without a sender
     */
    public RouteSource choose(Optional<Domain> sender, Domain recipient) {
        if (rules.isEmpty()) {
            return otherwise;
        }
        List<String> senders = sender.map(domain -> DomainPattern.matching(domain.asString())).orElse(List.of());
        for (String pattern : DomainPattern.matching(recipient.asString())) {
            RouteSource found = bySender(pattern, senders);
            if (found != null) {
                return found;
            }
        }
        RouteSource found = bySender(DomainPattern.ANY, senders);
        return found == null ? otherwise : found;
    }

    /** Where mail goes, for the log: {@code by MX, but for 2 rules}. */
    @Override
    public String toString() {
        int count = rules.values().stream().mapToInt(Map::size).sum();
        return otherwise + (count == 0 ? "" : ", but for " + count + (count == 1 ? " rule" : " rules") + " of <routes>");
    }

    /** Null where no rule fits. */
    private RouteSource bySender(String recipients, List<String> senders) {
        Map<String, RouteSource> bySender = rules.getOrDefault(recipients, Map.of());
        for (String pattern : senders) {
            RouteSource found = bySender.get(pattern);
            if (found != null) {
                return found;
            }
        }
        return bySender.get(ANYBODY);
    }

    /** Collects rules. Not safe for use by several threads. */
    public static final class Builder {
        private final Map<String, Map<String, RouteSource>> rules = new HashMap<>();

        /**
         * Adds a rule.
         *
         * @param sender a domain or {@code *.} and a domain; empty for any sender
         * @param recipients likewise; empty for any
         * @throws IllegalArgumentException for what is neither, and for a second rule about the same mail
         */
        public Builder rule(Optional<String> sender, Optional<String> recipients, RouteSource source) {
            String from = sender.map(DomainPattern::parse).orElse(ANYBODY);
            String to = recipients.map(DomainPattern::parse).orElse(DomainPattern.ANY);
            if (rules.computeIfAbsent(to, key -> new HashMap<>()).putIfAbsent(from, source) != null) {
                throw new IllegalArgumentException("expected one rule for mail to " + to
                    + (from.isEmpty() ? "" : " from " + from) + ", not two");
            }
            return this;
        }

        /** Whether there is a rule for all mail to any domain, so that nothing is left for another way. */
        public boolean coversAll() {
            return rules.getOrDefault(DomainPattern.ANY, Map.of()).containsKey(ANYBODY);
        }

        /** The table; mail that no rule fits goes this way. */
        public RouteTable otherwise(RouteSource source) {
            Map<String, Map<String, RouteSource>> copy = new HashMap<>();
            rules.forEach((to, bySender) -> copy.put(to, Map.copyOf(bySender)));
            return new RouteTable(Map.copyOf(copy), source);
        }
    }
}
