// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import java.time.Duration;

/** How often Redis did not answer lately. For one thread. */
final class Silences {
    private static final int TOO_MANY = 3;
    private static final Duration WITHIN = Duration.ofSeconds(30);

    private int count;
    private long first;

    /** Counts one more; whether these are so many that it is of no use to wait each time. */
    boolean areTooMany(long now) {
        if (count == 0 || now - first > WITHIN.toNanos()) {
            first = now;
            count = 0;
        }
        count++;
        return count >= TOO_MANY;
    }
}
