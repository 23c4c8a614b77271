// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import org.apache.james.util.DurationParser;
import org.apache.mailet.MailetConfig;

/**
 * The parameters of one configured element, read strictly: a value that does not fit, and a key that nobody asked for,
 * stop the start with a {@link ConfigurationError}. A key becomes known by being read; {@link #refuseUnknown()} comes last.
 *
 * <p>Not safe for use by several threads; an element is read once, by the thread that starts James.
 */
public final class Parameters {
    /** What James' own mailet container reads from any mailet's element. */
    private static final Set<String> CONTAINER_KEYS = Set.of("onMailetException", "onMatchException", "onMatcherException");

    private final String where;
    private final Map<String, String> values;
    private final Set<String> known;

    /**
     * Reads {@code values}.
     *
     * @param where names the file and the element, for messages: {@code smtpserver.xml, handler RequireAuth}
     */
    public Parameters(String where, Map<String, String> values) {
        this(where, values, Set.of());
    }

    private Parameters(String where, Map<String, String> values, Set<String> known) {
        this.where = where;
        this.values = new HashMap<>(values);
        this.known = new TreeSet<>(known);
    }

    /** The parameters of a mailet, named by its class as the administrator wrote it. */
    public static Parameters of(MailetConfig config) {
        return of(config, "");
    }

    /** As {@link #of(MailetConfig)}; where this key is written, it tells the element from others of its class in messages. */
    public static Parameters of(MailetConfig config, String distinctiveKey) {
        Map<String, String> values = values(config);
        String which = values.containsKey(distinctiveKey)
            ? " with <" + distinctiveKey + ">" + values.get(distinctiveKey) + "</" + distinctiveKey + ">" : "";
        return new Parameters("mailetcontainer.xml, mailet " + simpleName(config.getMailetName()) + which, values,
            CONTAINER_KEYS);
    }

    /** As {@link #of(MailetConfig)}, of an element of which it is known where it stands: file, processor, mailet. */
    public static Parameters at(String place, MailetConfig config) {
        return new Parameters(place, values(config), CONTAINER_KEYS);
    }

    private static Map<String, String> values(MailetConfig config) {
        Map<String, String> values = new HashMap<>();
        Iterator<String> names = config.getInitParameterNames();
        while (names.hasNext()) {
            String name = names.next();
            values.put(name, Optional.ofNullable(config.getInitParameter(name)).orElse(""));
        }
        return values;
    }

    private static String simpleName(String mailetName) {
        return mailetName == null ? "?" : mailetName.substring(mailetName.lastIndexOf('.') + 1);
    }

    /** The file and the element, as messages name them. */
    public String where() {
        return where;
    }

    /** Whether the administrator wrote this key; it counts as known from here on. */
    public boolean isSet(String key) {
        known.add(key);
        return values.containsKey(key);
    }

    /** The trimmed text of a key; empty where the key is absent. A key that is present but blank stops the start. */
    public Optional<String> text(String key, String expected) {
        if (!isSet(key)) {
            return Optional.empty();
        }
        String value = values.get(key).trim();
        if (value.isEmpty()) {
            throw error(key, expected);
        }
        return Optional.of(value);
    }

    /** The text of a key exactly as it was written, for what may be blank or begin with a space; empty where it is absent. */
    public String raw(String key) {
        return isSet(key) ? values.get(key) : "";
    }

    /** A whole number within bounds, both inclusive. */
    public int wholeNumber(String key, int absent, int min, int max) {
        String expected = "a whole number from " + min + " to " + max;
        return text(key, expected).map(text -> {
            try {
                int number = Integer.parseInt(text);
                if (number < min || number > max) {
                    throw error(key, expected);
                }
                return number;
            } catch (NumberFormatException e) {
                throw error(key, expected);
            }
        }).orElse(absent);
    }

    /** {@code true} or {@code false}, in any case, and nothing else. */
    public boolean flag(String key, boolean absent) {
        String expected = "true or false";
        return text(key, expected).map(text -> {
            if (text.equalsIgnoreCase("true")) {
                return true;
            }
            if (text.equalsIgnoreCase("false")) {
                return false;
            }
            throw error(key, expected);
        }).orElse(absent);
    }

    /** A time with its unit ({@code 30 s}, {@code 5 min}, {@code 4 h}), within bounds, both inclusive. */
    public Duration duration(String key, Duration absent, Duration min, Duration max) {
        String expected = "a time with its unit, like 30 s or 5 min, from " + spell(min) + " to " + spell(max);
        return text(key, expected).map(text -> {
            Duration duration = parseWithUnit(text).orElseThrow(() -> error(key, expected));
            if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
                throw error(key, expected);
            }
            return duration;
        }).orElse(absent);
    }

    private static Optional<Duration> parseWithUnit(String text) {
        if (Character.isDigit(text.charAt(text.length() - 1))) {
            return Optional.empty();
        }
        try {
            return Optional.of(DurationParser.parse(text));
        } catch (IllegalArgumentException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    /** A time as an administrator would write it. */
    public static String spell(Duration duration) {
        if (duration.toMillis() % 1000 != 0) {
            return duration.toMillis() + " ms";
        }
        long seconds = duration.toSeconds();
        if (seconds % 86_400 == 0 && seconds > 0) {
            return seconds / 86_400 + " days";
        }
        if (seconds % 3600 == 0 && seconds > 0) {
            return seconds / 3600 + " h";
        }
        return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + " min" : seconds + " s";
    }

    /** The error for a key of this element, with the value that was found. */
    public ConfigurationError error(String key, String expected) {
        return new ConfigurationError(where, key, values.getOrDefault(key, ""), expected);
    }

    /** As {@link #error}, without the value, in which there may be a password. */
    public ConfigurationError errorAboutSecret(String key, String expected) {
        return new ConfigurationError(where + ": <" + key + ">: expected " + expected);
    }

    /** The keys that the administrator wrote and nobody has read so far. */
    public Set<String> unread() {
        Set<String> unread = new TreeSet<>(values.keySet());
        unread.removeAll(known);
        return unread;
    }

    /**
     * Stops the start where a key was written that nobody has read: a misspelt limit must not be a limit that does not hold.
     *
     * @throws ConfigurationError that names the key and the nearest known one
     */
    public void refuseUnknown() {
        for (String key : unread()) {
            throw new ConfigurationError(where + ": <" + key + "> is not a parameter of it; " + Nearest.to(key, known)
                .map(nearest -> "the nearest one is <" + nearest + ">. Known are: " + String.join(", ", known))
                .orElse("it takes none"));
        }
    }
}
