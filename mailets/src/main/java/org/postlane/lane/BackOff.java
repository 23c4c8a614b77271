// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Duration;

/** How long a mail waits after a failure that is ours (a directory, a queue, a processor), not the recipient's. */
final class BackOff {
    /** Long enough for a restart of what failed, short enough not to be noticed. */
    static final Duration FIRST = Duration.ofSeconds(10);
    /** An outage of any length delays a mail by no more than this after its end. */
    static final Duration LONGEST = Duration.ofMinutes(5);

    private static final int MAX_DOUBLINGS = 5;

    private BackOff() {
    }

    /** The wait after so many failures in a row; the first failure is number 1. */
    static Duration after(int failures) {
        Duration doubled = FIRST.multipliedBy(1L << Math.min(MAX_DOUBLINGS, Math.max(0, failures - 1)));
        return doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    }
}
