// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

import org.postlane.james.Parameters;

/** When a deferred mail is tried again, and when it is given up. Immutable; safe to share. */
public final class RetrySchedule {
    /**
     * RFC 5321 4.5.4.1 and Postfix: soon, then ever more seldom, for days. Five minutes is also when the greylists that come with
     * a delay of their own open (Postgrey: 300 s), so the jitter only adds to it.
     */
    public static final Duration FIRST_DELAY = Duration.ofMinutes(5);
    /** The longest delay between two attempts. */
    public static final Duration LONGEST_DELAY = Duration.ofHours(4);
    /** RFC 5321 4.5.4.1: the give-up time is at least 4–5 days. */
    public static final Duration EXPIRY = Duration.ofDays(5);
    /** Attempts that began together shall not come back together. */
    private static final double JITTER = 0.2;
    /** An attempt at the very end of a mail's time, where the schedule would come too late for it, is not sooner than this. */
    private static final Duration SHORTEST_DELAY = Duration.ofSeconds(1);

    /** Who is expected sooner stays out for so long all the same: each time costs the queue as much as a delivery. */
    private static final Duration SOONEST_EXPECTED = Duration.ofMillis(250);
    private static final Duration FIRST_HANDED_BACK = Duration.ofSeconds(2);
    private static final Duration LONGEST_HANDED_BACK = Duration.ofMinutes(5);

    private final List<Duration> delays;
    private final Duration first;
    private final Duration longest;
    private final Integer maxRetries;
    private final Duration expiry;

    private RetrySchedule(List<Duration> delays, Duration first, Duration longest, Integer maxRetries, Duration expiry) {
        this.delays = List.copyOf(delays);
        this.first = first;
        this.longest = longest;
        this.maxRetries = maxRetries;
        this.expiry = expiry;
    }

    /** Five minutes, doubling up to four hours, for five days. */
    public static RetrySchedule growing() {
        return new RetrySchedule(List.of(), FIRST_DELAY, LONGEST_DELAY, null, EXPIRY);
    }

    /** The same delays, and at most so many of them, whatever the age. */
    public static RetrySchedule growing(int maxRetries) {
        return new RetrySchedule(List.of(), FIRST_DELAY, LONGEST_DELAY, maxRetries, null);
    }

    /** Exactly these delays, the last one repeated until there were {@code maxRetries}: what stock's parameters mean. */
    public static RetrySchedule fixed(List<Duration> delays, int maxRetries) {
        return new RetrySchedule(delays, FIRST_DELAY, LONGEST_DELAY, maxRetries, null);
    }

    /** The same with other delays, doubling from the first to the longest. */
    public RetrySchedule withBackOff(Duration firstDelay, Duration longestDelay) {
        return new RetrySchedule(delays, firstDelay, longestDelay, maxRetries, expiry);
    }

    /** The same for mail that is given up at this age, and at the number of retries where there is one. */
    public RetrySchedule withExpiry(Duration age) {
        return new RetrySchedule(delays, first, longest, maxRetries, age);
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
        if (spent || (expiry != null && age.compareTo(expiry) >= 0)) {
            return Optional.empty();
        }
        Duration delay = delays.isEmpty() ? doubled(first, longest, retries) : delays.get(Math.min(retries, delays.size() - 1));
        return Optional.of(untilExpiry(delay, age));
    }

    /**
     * A delay that ends with the mail's time: its sender shall hear of the failure when that is over, and not a long delay later.
     *
     * @param age how long the mail has been in the queue
     */
    public Duration untilExpiry(Duration delay, Duration age) {
        return expiry == null ? delay : shorter(delay, longer(expiry.minus(age), SHORTEST_DELAY));
    }

    /**
     * The delay before a mail comes back whose turn did not come, where nobody knows when it will.
     *
     * @param times how often that was so in a row
     * @param age how long the mail has been in the queue
     * @return empty when it is to be given up. Only its age counts for that, where there is no expiry {@link #EXPIRY}: by the
     *     number of retries it would fail without its last attempt
     */
    public Optional<Duration> handedBack(int times, Duration age) {
        return soon(doubled(FIRST_HANDED_BACK, LONGEST_HANDED_BACK, times), age);
    }

    /** The same where it is known when the turn will come: the least delay, whatever is known. */
    public Optional<Duration> expected(Duration age) {
        return soon(SOONEST_EXPECTED, age);
    }

    private Optional<Duration> soon(Duration delay, Duration age) {
        return age.compareTo(expiry == null ? EXPIRY : expiry) >= 0 ? Optional.empty() : Optional.of(untilExpiry(delay, age));
    }

    /**
     * Whether mail is given up after so many attempts, whatever its age. Then a turn that does not come because the destination
     * is down has to count as one: the others of a thousand mails would never come to their number.
     */
    public boolean isEndedByCount() {
        return maxRetries != null;
    }

    /** How old a mail gets at most; empty where that is not a matter of time. */
    public Optional<Duration> expiry() {
        return Optional.ofNullable(expiry);
    }

    private static Duration doubled(Duration first, Duration longest, int times) {
        // Beyond 2^32 any delay is above any cap, and the multiplication does not overflow.
        long base = Math.min(longest.toMillis(), first.toMillis() * (1L << Math.min(times, 32)));
        double jitter = JITTER * ThreadLocalRandom.current().nextDouble();
        // Added, for nobody wants to come back before a greylist opens; taken away where the cap leaves no room.
        long delay = base < longest.toMillis() ? (long) (base * (1 + jitter)) : (long) (base * (1 - jitter));
        return Duration.ofMillis(Math.max(first.toMillis(), Math.min(longest.toMillis(), delay)));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** The longer one of two times. */
    public static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    @Override
    public String toString() {
        String when = delays.isEmpty() ? Parameters.spell(first) + " doubling to " + Parameters.spell(longest)
            : delays.stream().map(Parameters::spell).collect(Collectors.joining(", "));
        return when + (maxRetries == null ? "" : ", at most " + maxRetries + " retries")
            + (expiry == null ? "" : ", given up after " + Parameters.spell(expiry));
    }
}
