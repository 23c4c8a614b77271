// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a server offered in its answer to EHLO (RFC 5321 4.1.1.1). Immutable; learnt anew after STARTTLS. */
public final class Capabilities {
    /** What a server has that knows only HELO. */
    static final Capabilities NONE = new Capabilities(Map.of());

    private final Map<String, List<String>> keywords;

    private Capabilities(Map<String, List<String>> keywords) {
        this.keywords = Map.copyOf(keywords);
    }

    static Capabilities of(Reply ehlo) {
        Map<String, List<String>> keywords = new HashMap<>();
        // The first line is the server's name and greeting, not a keyword.
        for (String line : ehlo.lines().subList(1, ehlo.lines().size())) {
            // "AUTH=PLAIN" is what servers of the nineties say beside or instead of "AUTH PLAIN".
            String[] words = line.trim().replaceFirst("^(?i)AUTH=", "AUTH ").split("\\s+");
            // What is no keyword (RFC 5321 4.1.1.1) must not become one by the upper case of some other script.
            if (words[0].matches("[!-~]+")) {
                List<String> kept = List.of(words).subList(1, Math.min(words.length, SmtpLimits.EHLO_WORDS));
                keywords.merge(words[0].toUpperCase(Locale.US), List.copyOf(kept), Capabilities::both);
            }
        }
        return new Capabilities(keywords);
    }

    private static List<String> both(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).collect(Collectors.toUnmodifiableList());
    }

    /**
     * The same without some extensions: those that a server offers and gets wrong. Names in any case; those of extensions that
     * are not offered change nothing.
     */
    public Capabilities without(Set<String> ignored) {
        Map<String, List<String>> rest = new HashMap<>(keywords);
        ignored.forEach(keyword -> rest.remove(keyword.toUpperCase(Locale.US)));
        return new Capabilities(rest);
    }

    /** Whether an extension is offered; its name in any case. */
    public boolean offers(String keyword) {
        return keywords.containsKey(keyword.toUpperCase(Locale.US));
    }

    /** The largest message that the server takes, in octets (RFC 1870); empty where it sets no limit or names none. */
    public OptionalLong maxSize() {
        List<String> words = keywords.getOrDefault("SIZE", List.of());
        if (words.isEmpty() || !words.get(0).matches("\\d{1,18}") || Long.parseLong(words.get(0)) == 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(words.get(0)));
    }

    /** The AUTH mechanisms offered (RFC 4954), in upper case. */
    public Set<String> authMechanisms() {
        return keywords.getOrDefault("AUTH", List.of()).stream()
            .map(mechanism -> mechanism.toUpperCase(Locale.US))
            .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * A limit that the server announced (RFC 9422), such as {@code RCPTMAX} or {@code MAILMAX}; empty where it announced none
     * or one that makes no sense.
     */
    public OptionalLong limit(String name) {
        return keywords.getOrDefault("LIMITS", List.of()).stream()
            .map(word -> word.split("=", 2))
            .filter(pair -> pair.length == 2 && pair[0].equalsIgnoreCase(name) && pair[1].matches("[1-9]\\d{0,5}"))
            .mapToLong(pair -> Long.parseLong(pair[1]))
            .findFirst();
    }

    /**
     * The shortest time in seconds that the server takes in {@link DeliverBy.Mode#RETURN} (RFC 2852 2); empty where it names
     * none, or does not offer DELIVERBY.
     */
    public OptionalLong deliverByMinimum() {
        return firstWord("DELIVERBY")
            .map(options -> options.split(",", 2)[0])
            .filter(minimum -> minimum.matches("\\d{1,9}"))
            .map(minimum -> OptionalLong.of(Long.parseLong(minimum)))
            .orElse(OptionalLong.empty());
    }

    /** The assignment of priorities that the server follows (RFC 6710 3), in upper case; empty where it names none. */
    public Optional<String> priorityProfile() {
        return firstWord("MT-PRIORITY").map(profile -> profile.toUpperCase(Locale.US));
    }

    private Optional<String> firstWord(String keyword) {
        return keywords.getOrDefault(keyword, List.of()).stream().findFirst();
    }

    @Override
    public String toString() {
        return keywords.entrySet().stream()
            .map(entry -> (entry.getKey() + " " + String.join(" ", entry.getValue())).trim())
            .sorted()
            .collect(Collectors.joining(", "));
    }

    static Capabilities ofLines(String... lines) {
        return of(new Reply(250, Arrays.asList(lines)));
    }
}
