// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The last times of a kind. James' timers measure what begins and ends in one process; what a mail has waited may have begun
 * before the last restart. Safe for use by several threads.
 */
final class RecentTimes {
    /** Enough for ten values above the 99th percentile. */
    static final int KEPT = 1_024;

    private final AtomicLongArray millis = new AtomicLongArray(KEPT);
    private final AtomicLong count = new AtomicLong();

    void add(Duration time) {
        millis.set((int) (count.getAndIncrement() % KEPT), Math.max(0, time.toMillis()));
    }

    /** The value that this share of the last times does not exceed; 0 while there are none. */
    double seconds(double share) {
        int kept = (int) Math.min(KEPT, count.get());
        if (kept == 0) {
            return 0;
        }
        long[] sorted = new long[kept];
        for (int i = 0; i < kept; i++) {
            sorted[i] = millis.get(i);
        }
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(share * kept) - 1] / 1000.0;
    }
}
