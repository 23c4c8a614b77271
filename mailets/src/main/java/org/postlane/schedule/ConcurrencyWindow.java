// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

/**
 * How many turns a destination may have at once: one at first, more with each success, half after a failure. Grows as TCP's
 * window does (RFC 5681 3.1): fast up to half of where it last failed, then by one in each round. Not thread-safe.
 */
final class ConcurrencyWindow {
    private int most;
    private double size = 1;
    private double slowFrom;
    private int failuresInRow;

    ConcurrencyWindow(int most) {
        this.most = most;
        this.slowFrom = most;
    }

    int size() {
        return (int) size;
    }

    void limitTo(int most) {
        // Where nothing has failed yet, a higher limit is also how far it may grow fast.
        slowFrom = slowFrom >= this.most ? most : slowFrom;
        this.most = most;
        size = Math.min(size, most);
    }

    void succeeded() {
        failuresInRow = 0;
        size = Math.min(most, size < slowFrom ? size + 1 : size + 1 / size);
    }

    /** Returns whether so many failed in a row that it makes no sense to go on. */
    boolean failed() {
        failuresInRow++;
        boolean hopeless = failuresInRow >= size();
        slowFrom = Math.max(1, size / 2);
        size = slowFrom;
        return hopeless;
    }

    /** Begins anew. */
    void restart() {
        size = 1;
        failuresInRow = 0;
    }
}
