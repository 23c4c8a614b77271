// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import java.util.function.LongSupplier;

/**
 * The time of Redis, which all nodes have, as this node estimates it from what Redis says with each beat: what the clocks of the
 * nodes show does not matter. Safe for use by several threads.
 */
final class SharedClock implements LongSupplier {
    private final LongSupplier clock;
    private boolean known;
    /** By so much Redis' time is ahead of this node's clock. */
    private long ahead;

    /** @param clock nanoseconds, as {@link System#nanoTime()} */
    SharedClock(LongSupplier clock) {
        this.clock = clock;
    }

    /** When something is asked, to be given back with the answer. */
    long asked() {
        return clock.getAsLong();
    }

    /**
     * Redis has answered just now.
     *
     * @param time in nanoseconds, at some moment between question and answer
     */
    synchronized void told(long time, long asked) {
        long most = time - asked;
        long least = time - clock.getAsLong();
        // What was estimated stays while it may be right: a slow answer says little, and moves nothing.
        ahead = known ? Math.max(least, Math.min(most, ahead)) : least + (most - least) / 2;
        known = true;
    }

    /** Nanoseconds since 1970, as Redis counts them; means nothing before it was told once. */
    @Override
    public synchronized long getAsLong() {
        return clock.getAsLong() + ahead;
    }
}
