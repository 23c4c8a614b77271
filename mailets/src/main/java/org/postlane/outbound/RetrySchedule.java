// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** When a deferred mail is tried again, and when it is given up. Immutable; safe to share. */
public final class RetrySchedule {
    /** RFC 5321 4.5.4.1 and Postfix: soon, then ever more seldom, for days. */
    public static final Duration FIRST_DELAY = Duration.ofMinutes(5);
    /** The longest delay between two attempts. */
    public static final Duration LONGEST_DELAY = Duration.ofHours(4);
    /** RFC 5321 4.5.4.1: the give-up time is at least 4–5 days. */
    public static final Duration EXPIRY = Duration.ofDays(5);
    /** Attempts that began together shall not come back together. */
    private static final double JITTER = 0.1;

    private final List<Duration> delays;
    private final Integer maxRetries;
    private final Duration expiry;

    private RetrySchedule(List<Duration> delays, Integer maxRetries, Duration expiry) {
        this.delays = List.copyOf(delays);
        this.maxRetries = maxRetries;
        this.expiry = expiry;
    }

    /** Five minutes, doubling up to four hours, for five days. */
    public static RetrySchedule growing() {
        return new RetrySchedule(List.of(), null, EXPIRY);
    }

    /** The same delays, and at most so many of them, whatever the age. */
    public static RetrySchedule growing(int maxRetries) {
        return new RetrySchedule(List.of(), maxRetries, null);
    }

    /** Exactly these delays, the last one repeated until there were {@code maxRetries}: what stock's parameters mean. */
    public static RetrySchedule fixed(List<Duration> delays, int maxRetries) {
        return new RetrySchedule(delays, maxRetries, null);
    }

    /**
     * The delay before the next attempt.
     *
     * @param retries how many retries there were so far
     * @param age how long the mail has been in the queue
     * @return empty when it is to be given up
     */
    public Optional<Duration> next(int retries, Duration age) {
        boolean spent = maxRetries != null && retries >= maxRetries;
        boolean expired = expiry != null && age.compareTo(expiry) >= 0;
        if (spent || expired) {
            return Optional.empty();
        }
        if (!delays.isEmpty()) {
            return Optional.of(delays.get(Math.min(retries, delays.size() - 1)));
        }
        // 2^16 × 5 min is far above the cap already; the bound keeps the multiplication from overflowing.
        Duration delay = FIRST_DELAY.multipliedBy(1L << Math.min(retries, 16));
        Duration capped = delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
        double factor = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        return Optional.of(Duration.ofMillis((long) (capped.toMillis() * factor)));
    }

    @Override
    public String toString() {
        String when = delays.isEmpty() ? FIRST_DELAY + " doubling to " + LONGEST_DELAY : delays.toString();
        return when + (maxRetries == null ? ", given up after " + expiry : ", at most " + maxRetries + " retries");
    }
}
