// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;

/**
 * How long a destination that does not work is left alone. It ends with a single probe; each probe that fails makes the next
 * penalty twice as long. Times are nanoseconds of the scheduler's clock. Not thread-safe.
 */
final class Penalty {
    /** Short: a connection that broke by itself shall cost next to nothing, and what lasts is found out by doubling. */
    static final Duration FIRST = Duration.ofSeconds(1);
    /** As long as the first retry of a mail: a destination that is back is found within this time. */
    static final Duration LONGEST = Duration.ofMinutes(5);
    /** From here on, what waits goes back into its queue: memory is for what has a chance. */
    static final Duration LONG = Duration.ofMinutes(1);
    /** Destinations that failed together shall not be probed together: each is shorter by up to this share. */
    static final double JITTER = 0.2;

    /**
     * Mail of a destination that is down stays away for this share of the time for which it has been down already, so that one
     * that is down for days does not send all its mail round every few minutes, and one that is back has it soon.
     */
    static final double AWAY_SHARE = 0.1;
    /** At most so long: what an administrator who has mended something would wait for. */
    static final Duration LONGEST_AWAY = Duration.ofMinutes(30);

    private Duration length = Duration.ZERO;
    private long since;
    private long until;

    boolean isOn() {
        return !length.isZero();
    }

    /** Whether it is too early even for a probe. */
    boolean isActive(long now) {
        return isOn() && until - now > 0;
    }

    boolean isLong() {
        return length.compareTo(LONG) >= 0;
    }

    Duration remaining(long now) {
        return Duration.ofNanos(nanosLeft(now));
    }

    /** 0 when it is not active. */
    long nanosLeft(long now) {
        return isActive(now) ? until - now : 0;
    }

    /** Begins, or goes on for twice as long. */
    void impose(long now, double dice) {
        if (!isOn()) {
            since = now;
        }
        Duration twice = length.multipliedBy(2);
        Duration next = !isOn() ? FIRST : twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
        length = next;
        until = now + (long) (next.toNanos() * (1 - JITTER * dice));
    }

    /** When it makes sense to bring what is not held here again: not before the next probe. */
    Duration away(long now) {
        Duration share = Duration.ofNanos((long) ((now - since) * AWAY_SHARE));
        Duration away = share.compareTo(LONGEST_AWAY) > 0 ? LONGEST_AWAY : share;
        return away.compareTo(remaining(now)) > 0 ? away : remaining(now);
    }

    /** A probe may be made now. */
    void cutShort(long now) {
        until = now;
    }

    void lift() {
        length = Duration.ZERO;
    }
}
