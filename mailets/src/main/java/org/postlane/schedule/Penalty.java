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

    private Duration length = Duration.ZERO;
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
        Duration twice = length.multipliedBy(2);
        Duration next = !isOn() ? FIRST : twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
        length = next;
        until = now + (long) (next.toNanos() * (1 - JITTER * dice));
    }

    /** A probe may be made now. */
    void cutShort(long now) {
        until = now;
    }

    void lift() {
        length = Duration.ZERO;
    }
}
