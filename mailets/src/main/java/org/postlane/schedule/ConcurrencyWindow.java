// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

/**
 * How many turns a destination may have at once: one at first, more with each success, half after a failure. Grows as TCP's
 * window does (RFC 5681 3.1): fast up to half of where it last began to fail, then by one in each round. Not thread-safe.
 */
final class ConcurrencyWindow {
    private int most;
    private double size = 1;
    /** Infinite where nothing has failed yet. */
    private double slowFrom = Double.POSITIVE_INFINITY;
    private int failuresInRow;
    /** What the destination has said it takes; holds until a time of the clock. */
    private int ceiling = Integer.MAX_VALUE;
    private long ceilingUntil;

    ConcurrencyWindow(int most) {
        this.most = most;
    }

    int size() {
        return (int) size;
    }

    void limitTo(int changed) {
        most = changed;
        size = Math.min(size, most);
    }

    /** @param hasUse whether more would do any good */
    void succeeded(boolean hasUse, long now) {
        failuresInRow = 0;
        if (ceiling != Integer.MAX_VALUE && now - ceilingUntil >= 0) {
            ceiling = Integer.MAX_VALUE;
        }
        double grown = !hasUse ? size : size < slowFrom ? size + 1 : size + 1 / size;
        size = Math.min(Math.min(most, ceiling), grown);
    }

    /** The destination takes so many and refuses one more: no more are tried for a while. */
    void holdAt(int turns, long now) {
        ceiling = turns;
        ceilingUntil = now + SchedulerLimits.CEILING_HOLDS.toNanos();
        size = Math.min(size, turns);
    }

    /** Returns whether so many failed in a row that it makes no sense to go on. */
    boolean failed() {
        if (failuresInRow == 0) {
            // Where the row began counts: those that follow are the same loss, seen by the other turns of one round.
            slowFrom = Math.max(1, size / 2);
        }
        failuresInRow++;
        boolean hopeless = failuresInRow >= size();
        size = Math.max(1, size / 2);
        return hopeless;
    }

    /** Begins anew. */
    void restart() {
        size = 1;
        failuresInRow = 0;
    }
}
