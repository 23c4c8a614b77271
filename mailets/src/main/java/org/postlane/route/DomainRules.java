// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A list of rules by domain, as an administrator writes it: {@code default=none; gmail.com=50/min; *.example.org=10/s;
 * mx:*.google.com=100/min}, separated by semicolons or line ends. The exact domain comes before the longest {@code *.} that
 * fits, and that before {@code default}, in whatever order they are written; {@code *.example.org} does not mean
 * {@code example.org} itself. Rules with {@code mx:} are about the name of a mail server instead. Immutable.
 *
 * @param <T> what a rule says
 */
public final class DomainRules<T> {
    /** What stands on the left of the rule for every domain that no other rule names. */
    public static final String DEFAULT = "default";

    private static final String MX = "mx:";

    /** A rule that fits. Immutable. */
    public static final class Rule<T> {
        private final String pattern;
        private final T value;

        private Rule(String pattern, T value) {
            this.pattern = pattern;
            this.value = value;
        }

        /** The left side in its one spelling, such as {@code *.example.org}, {@code mx:*.google.com} or {@code default}. */
        public String pattern() {
            return pattern;
        }

        /** What it says. */
        public T value() {
            return value;
        }

        @Override
        public String toString() {
            return pattern + "=" + value;
        }
    }

    private final Map<String, Rule<T>> rules;
    /** Whether any rule names a domain, or a mail server: each mail asks several times, and mostly there is none. */
    private final boolean namesDomains;
    private final boolean namesServers;

    private DomainRules(Map<String, Rule<T>> rules) {
        this.rules = rules;
        this.namesServers = rules.keySet().stream().anyMatch(pattern -> pattern.startsWith(MX));
        this.namesDomains = rules.keySet().stream().anyMatch(pattern -> !pattern.startsWith(MX) && !pattern.equals(DEFAULT));
    }

    /** No rules at all. */
    public static <T> DomainRules<T> none() {
        return new DomainRules<>(Map.of());
    }

    /**
     * Reads a list.
     *
     * @param expected what the right side of a rule may be, for messages
     * @param value reads the right side, trimmed; throws an {@link IllegalArgumentException} for what is none
     * @throws IllegalArgumentException that names the rule and what was expected
     */
    public static <T> DomainRules<T> parse(String text, String expected, Function<String, T> value) {
        Map<String, Rule<T>> rules = new LinkedHashMap<>();
        for (String one : text.split("[;\n\r]", -1)) {
            String rule = one.trim();
            if (!rule.isEmpty()) {
                Rule<T> read = read(rule, expected, value);
                if (rules.putIfAbsent(read.pattern, read) != null) {
                    throw new IllegalArgumentException("rule " + rule + ": expected one rule for " + read.pattern + ", not two");
                }
            }
        }
        return new DomainRules<>(rules);
    }

    private static <T> Rule<T> read(String rule, String expected, Function<String, T> value) {
        int equals = rule.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("rule " + rule + ": expected domain=value, the value being " + expected);
        }
        String pattern;
        try {
            pattern = pattern(rule.substring(0, equals).trim());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("rule " + rule + ": " + e.getMessage()
                + ", mx: and the name of a mail server, or default", e);
        }
        try {
            return new Rule<>(pattern, value.apply(rule.substring(equals + 1).trim()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("rule " + rule + ": expected " + expected, e);
        }
    }

    private static String pattern(String left) {
        if (left.equalsIgnoreCase(DEFAULT)) {
            return DEFAULT;
        }
        return left.regionMatches(true, 0, MX, 0, MX.length())
            ? MX + DomainPattern.parse(left.substring(MX.length()).trim())
            : DomainPattern.parse(left);
    }

    /** The rule that names this domain: itself, or the longest {@code *.} above it. */
    public Optional<Rule<T>> ofDomain(String domain) {
        return !namesDomains ? Optional.empty() : DomainPattern.matching(domain).stream()
            .map(rules::get).filter(rule -> rule != null).findFirst();
    }

    /** The {@code mx:} rule that names this mail server: itself, or the longest {@code *.} above it. */
    public Optional<Rule<T>> ofMx(String server) {
        return !namesServers ? Optional.empty() : DomainPattern.matching(server).stream()
            .map(pattern -> rules.get(MX + pattern)).filter(rule -> rule != null).findFirst();
    }

    /** The rule for every domain that no other rule names. */
    public Optional<Rule<T>> byDefault() {
        return Optional.ofNullable(rules.get(DEFAULT));
    }

    /** What holds for a domain: the rule that names it, else the default. */
    public Optional<T> find(String domain) {
        return ofDomain(domain).or(this::byDefault).map(Rule::value);
    }

    /** What the rules say, each of them. */
    public Collection<T> values() {
        return rules.values().stream().map(Rule::value).collect(Collectors.toUnmodifiableList());
    }

    /** Whether there is no rule. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    @Override
    public String toString() {
        return rules.values().toString();
    }
}
