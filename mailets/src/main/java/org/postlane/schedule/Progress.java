// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.concurrent.TimeUnit;

/**
 * What a destination gets done: when last, and about how much in a time in which it has something to do. Times are nanoseconds.
 * Not thread-safe.
 */
final class Progress {
    private static final long SPAN = SchedulerLimits.USEFUL.toNanos();

    /** A few in the first moment say nothing about how much may be held. */
    private static final long LEAST_ELAPSED = TimeUnit.SECONDS.toNanos(1);
    /** As many, however, show about how long one takes. */
    private static final int SOME = 10;

    private boolean any;
    private long last;
    /** When something was done last, or said to have come again. */
    private long idleSince;
    private long spanBegan;
    private int inThisSpan;
    private int inLastSpan;
    private long total;

    void made(long now) {
        roll(now);
        any = true;
        last = now;
        idleSince = now;
        inThisSpan++;
        total++;
    }

    /** There is something to do again, and was nothing since this was said last or something was done: that time says nothing. */
    void resumed(long now) {
        long idle = now - idleSince;
        idleSince = now;
        if (any && idle < 2 * SPAN) {
            // Not beyond now, where somebody has asked meanwhile and the span has gone on.
            spanBegan = spanBegan + idle - now > 0 ? now : spanBegan + idle;
        }
    }

    private void roll(long now) {
        long since = now - spanBegan;
        if (!any || since >= 2 * SPAN) {
            spanBegan = now;
            inThisSpan = 0;
            inLastSpan = 0;
        } else if (since >= SPAN) {
            spanBegan += SPAN;
            inLastSpan = inThisSpan;
            inThisSpan = 0;
        }
    }

    boolean isRecent(long now) {
        return any && now - last < SchedulerLimits.PROVEN_FOR.toNanos();
    }

    /** How much will be done in {@link SchedulerLimits#USEFUL}, if it goes on like that: by the better of the last two spans. */
    int inUsefulTime(long now) {
        roll(now);
        long one = better(Math.max(LEAST_ELAPSED, now - spanBegan));
        return one == Long.MAX_VALUE ? 0 : (int) Math.min(Integer.MAX_VALUE, SPAN / one);
    }

    /** Whether something was done within this time. */
    boolean isWithin(long nanos, long now) {
        return any && now - last <= nanos;
    }

    /** Nanoseconds since something was done; a very long time when nothing ever was. */
    long nanosSince(long now) {
        return any ? now - last : Long.MAX_VALUE;
    }

    /** Nanoseconds that one takes, by the better of the last two spans; 0 while that does not show. */
    long nanosForOne(long now) {
        roll(now);
        long elapsed = now - spanBegan;
        if (elapsed < LEAST_ELAPSED && (inLastSpan > 0 || inThisSpan < SOME)) {
            return inLastSpan == 0 ? 0 : SPAN / inLastSpan;
        }
        long one = better(elapsed);
        return one == Long.MAX_VALUE ? 0 : one;
    }

    private long better(long elapsed) {
        long thisSpan = inThisSpan == 0 ? Long.MAX_VALUE : Math.max(1, elapsed / inThisSpan);
        long lastSpan = inLastSpan == 0 ? Long.MAX_VALUE : SPAN / inLastSpan;
        return Math.min(thisSpan, lastSpan);
    }

    long total() {
        return total;
    }
}
