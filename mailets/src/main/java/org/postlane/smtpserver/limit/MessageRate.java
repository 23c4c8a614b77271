// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.limit;

import java.time.Duration;
import java.util.function.LongSupplier;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;

/**
 * So many messages in an hour from each of many: as many at once, and from then on one for each part of the hour that has gone
 * by. Bounded in memory: those used least are forgotten, and so is who has sent nothing for an hour, since he may send as many as
 * at the beginning. Safe for use by several threads.
 */
final class MessageRate {
    private static final Duration HOUR = Duration.ofHours(1);

    private final int perHour;
    private final TimeMeter time;
    private final Cache<String, Bucket> buckets;

    MessageRate(int perHour) {
        this(perHour, System::nanoTime, Limits.MOST_COUNTED);
    }

    /** @param nanos as {@link System#nanoTime()} */
    MessageRate(int perHour, LongSupplier nanos, int mostCounted) {
        this.perHour = perHour;
        this.time = meter(nanos);
        this.buckets = Caffeine.newBuilder().ticker(nanos::getAsLong).maximumSize(mostCounted).expireAfterAccess(HOUR).build();
    }

    /** Buckets take time as a number that never overflows, which System.nanoTime() does not promise. */
    private static TimeMeter meter(LongSupplier nanos) {
        long began = nanos.getAsLong();
        return new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return nanos.getAsLong() - began;
            }

            @Override
            public boolean isWallClockBased() {
                return false;
            }
        };
    }

    /** Whether there is a limit. */
    boolean isLimited() {
        return perHour > 0;
    }

    int perHour() {
        return perHour;
    }

    /** Counts one more, unless it would be one too many. */
    boolean take(String who) {
        return !isLimited() || bucket(who).tryConsume(1);
    }

    /** Takes back what {@link #take} has counted. */
    void giveBack(String who) {
        if (isLimited()) {
            bucket(who).addTokens(1);
        }
    }

    private Bucket bucket(String who) {
        return buckets.get(who, any -> Bucket.builder()
            .addLimit(Bandwidth.builder().capacity(perHour).refillGreedy(perHour, HOUR).build())
            .withCustomTimePrecision(time).build());
    }

    /** How many are counted. */
    long counted() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }
}
