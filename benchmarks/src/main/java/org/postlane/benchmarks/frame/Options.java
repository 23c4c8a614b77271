// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The options of one command: {@code --name value}, and switches without a value. Each has a default, and what is unknown is
 * refused.
 */
public final class Options {
    private final Map<String, String> values;
    private final List<String> names;
    private final List<String> rest;

    private Options(Map<String, String> values, List<String> names, List<String> rest) {
        this.values = values;
        this.names = names;
        this.rest = rest;
    }

    /**
     * Reads the options.
     *
     * @param defaults by name without the dashes; {@code true} or {@code false} makes a switch
     * @param quick takes the place of defaults where the switch {@code quick} is given: small numbers that show that the command
     *     works
     * @throws UsageError that names the argument
     */
    public static Options parse(List<String> arguments, Map<String, String> defaults, Map<String, String> quick) {
        Map<String, String> given = new LinkedHashMap<>();
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("--")) {
                rest.add(argument);
                continue;
            }
            String name = argument.substring(2);
            if (name.equals("quick")) {
                given.put(name, "true");
            } else if (!defaults.containsKey(name)) {
                throw new UsageError("there is no option " + argument + "; known are --quick, --"
                    + String.join(", --", defaults.keySet()));
            } else if (isSwitch(defaults.get(name))) {
                given.put(name, "true");
            } else if (i + 1 == arguments.size()) {
                throw new UsageError(argument + " needs a value");
            } else {
                given.put(name, arguments.get(++i));
            }
        }
        Map<String, String> values = new LinkedHashMap<>(defaults);
        values.put("quick", "false");
        if (given.containsKey("quick")) {
            values.putAll(quick);
        }
        values.putAll(given);
        return new Options(values, List.copyOf(defaults.keySet()), rest);
    }

    private static boolean isSwitch(String value) {
        return value.equals("true") || value.equals("false");
    }

    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no option " + name + " among " + names);
        }
        return value;
    }

    /** A switch. */
    public boolean is(String name) {
        return Boolean.parseBoolean(text(name));
    }

    /** A whole number of at least {@code least}. */
    public int number(String name, int least) {
        return number(name, text(name), least);
    }

    /** Whole numbers, separated by commas. */
    public List<Integer> numbers(String name, int least) {
        return list(name).stream().map(part -> number(name, part, least)).toList();
    }

    /** Words, separated by commas. */
    public List<String> list(String name) {
        return Stream.of(text(name).split(",")).map(String::strip).filter(part -> !part.isEmpty()).toList();
    }

    /** {@code key=value}, separated by commas. */
    public Map<String, String> pairs(String name) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : list(name)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new UsageError("--" + name + " " + pair + ": key=value was expected");
            }
            pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return pairs;
    }

    /** The arguments that are no options. */
    public List<String> rest() {
        return rest;
    }

    /** All of them, as they hold. */
    public Map<String, String> values() {
        return new LinkedHashMap<>(values);
    }

    private static int number(String name, String value, int least) {
        try {
            int number = Integer.parseInt(value);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new UsageError("--" + name + " " + value + ": a whole number was expected");
        }
        throw new UsageError("--" + name + " " + value + ": at least " + least + " was expected");
    }
}
