// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.concurrent.TimeUnit;

/** What a destination gets done: when last, and about how much in a time. Times are nanoseconds. Not thread-safe. */
final class Progress {
    private static final long SPAN = SchedulerLimits.USEFUL.toNanos();

    /** A few in the first moment say nothing about how much may be held. */
    private static final long LEAST_ELAPSED = TimeUnit.SECONDS.toNanos(1);
    /** Who is told to come again for a guess that was too good has come in vain once; for one too bad, connections stand idle. */
    private static final long LEAST_SHOWN = TimeUnit.MILLISECONDS.toNanos(100);

    private boolean any;
    private long last;
    private long spanBegan;
    private int inThisSpan;
    private int inLastSpan;
    private long total;

    void made(long now) {
        roll(now);
        any = true;
        last = now;
        inThisSpan++;
        total++;
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
        long one = nanosForOne(LEAST_ELAPSED, now);
        return one == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, SPAN / one);
    }

    /** Whether something was done within this time. */
    boolean isWithin(long nanos, long now) {
        return any && now - last <= nanos;
    }

    /** Nanoseconds since something was done; a very long time when nothing ever was. */
    long nanosSince(long now) {
        return any ? now - last : Long.MAX_VALUE;
    }

    /** Nanoseconds that one takes, as far as it shows yet; 0 when nothing was done in the last two spans. */
    long nanosForOneSoFar(long now) {
        return nanosForOne(LEAST_SHOWN, now);
    }

    private long nanosForOne(long leastElapsed, long now) {
        roll(now);
        long elapsed = Math.max(leastElapsed, now - spanBegan);
        long thisSpan = inThisSpan == 0 ? Long.MAX_VALUE : Math.max(1, elapsed / inThisSpan);
        long lastSpan = inLastSpan == 0 ? Long.MAX_VALUE : SPAN / inLastSpan;
        long one = Math.min(thisSpan, lastSpan);
        return one == Long.MAX_VALUE ? 0 : one;
    }

    long total() {
        return total;
    }
}
