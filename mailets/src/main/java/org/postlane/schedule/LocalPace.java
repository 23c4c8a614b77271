// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.function.LongSupplier;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;

/**
 * A pace that nobody shares, kept evenly: a burst of a minute's worth at its beginning would be what the receiver limits. Safe
 * for use by several threads.
 */
public final class LocalPace implements Pace {
    /** What may be made up for at once: the precision of timers, not a burst. */
    private static final Duration CATCH_UP = Duration.ofMillis(20);

    private final LongSupplier clock;
    private final Bucket bucket;

    /**
     * A pace.
     *
     * @param clock nanoseconds, as {@link System#nanoTime()}
     */
    public LocalPace(Rate rate, LongSupplier clock) {
        this(rate, clock, true);
    }

    private LocalPace(Rate rate, LongSupplier clock, boolean atOnce) {
        this.clock = clock;
        this.bucket = rate.isLimited() ? bucket(rate, atOnce) : null;
    }

    private Bucket bucket(Rate rate, boolean atOnce) {
        // Buckets take time as a number that never overflows, which System.nanoTime() does not promise.
        long began = clock.getAsLong();
        int most = Math.max(1, rate.dueIn(CATCH_UP).orElse(1));
        return Bucket.builder()
            .addLimit(Bandwidth.builder().capacity(most).refillGreedy(rate.count(), rate.period())
                .initialTokens(atOnce ? 1 : 0).build())
            .withCustomTimePrecision(new TimeMeter() {
                @Override
                public long currentTimeNanos() {
                    return clock.getAsLong() - began;
                }

                @Override
                public boolean isWallClockBased() {
                    return false;
                }
            })
            .build();
    }

    @Override
    public LocalPace changedTo(Rate rate) {
        return new LocalPace(rate, clock, bucket == null || bucket.getAvailableTokens() > 0);
    }

    @Override
    public long take() {
        if (bucket == null) {
            return 0;
        }
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? 0 : Math.max(1, probe.getNanosToWaitForRefill());
    }
}
