// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** So many in a time, or as many as one likes. Immutable. */
public final class Rate {
    /** No limit. */
    public static final Rate NONE = new Rate(0, Duration.ZERO);
    /** What {@link #parse} reads, for error messages. */
    public static final String EXPECTED = "none, or a rate such as 10/s, 50/min, 1000/h or 20000/d";

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})/(s|sec|second|m|min|minute|h|hour|d|day)");

    private static final String[] UNITS = {"s", "min", "h", "d"};

    private final int count;
    private final Duration period;

    private Rate(int count, Duration period) {
        this.count = count;
        this.period = period;
    }

    /**
     * A rate.
     *
     * @throws IllegalArgumentException for less than one, no time, or more than one in a nanosecond
     */
    public static Rate of(int count, Duration period) {
        if (count < 1 || period.isNegative() || period.compareTo(Duration.ofNanos(count)) < 0) {
            throw new IllegalArgumentException("No rate: " + count + " in " + period);
        }
        return new Rate(count, period);
    }

    /**
     * Reads {@value #EXPECTED}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Rate parse(String text) {
        String trimmed = text.trim().toLowerCase(Locale.US);
        if (trimmed.equals("none")) {
            return NONE;
        }
        Matcher matcher = FORM.matcher(trimmed);
        if (!matcher.matches() || Integer.parseInt(matcher.group(1)) < 1) {
            throw new IllegalArgumentException(text + ": expected " + EXPECTED);
        }
        return of(Integer.parseInt(matcher.group(1)), unit(matcher.group(2).charAt(0)));
    }

    private static Duration unit(char letter) {
        switch (letter) {
            case 's':
                return Duration.ofSeconds(1);
            case 'm':
                return Duration.ofMinutes(1);
            case 'h':
                return Duration.ofHours(1);
            default:
                return Duration.ofDays(1);
        }
    }

    /** Whether there is a limit. */
    public boolean isLimited() {
        return count > 0;
    }

    /** How many; 0 without a limit. */
    public int count() {
        return count;
    }

    /** In what time; zero without a limit. */
    public Duration period() {
        return period;
    }

    /** How many are due in a time, at this rate; empty without a limit. */
    public Optional<Integer> dueIn(Duration time) {
        return isLimited()
            ? Optional.of((int) Math.min(Integer.MAX_VALUE, (double) count * time.toNanos() / period.toNanos()))
            : Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rate && count == ((Rate) other).count && period.equals(((Rate) other).period);
    }

    @Override
    public int hashCode() {
        return 31 * count + period.hashCode();
    }

    /** As {@link #parse} reads it, where it can. */
    @Override
    public String toString() {
        if (!isLimited()) {
            return "none";
        }
        for (String unit : UNITS) {
            if (unit(unit.charAt(0)).equals(period)) {
                return count + "/" + unit;
            }
        }
        return count + " in " + period;
    }
}
