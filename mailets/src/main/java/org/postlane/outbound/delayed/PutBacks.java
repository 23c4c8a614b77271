// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

/**
 * Counts mails that are on their way back into a queue although nobody has them in hand. Each is a copy that goes in, and an
 * original that is taken out: were the reading ended between the two, and a broker's channel with it, there would be both.
 *
 * <p>Safe for use by several threads.
 */
final class PutBacks {
    private final Runnable over;
    private int underWay;
    private boolean stopped;

    /** @param over runs when one has ended, for who waits until {@link #areOver()} */
    PutBacks(Runnable over) {
        this.over = over;
    }

    /** Whether one may begin; then {@link #ended()} follows. */
    synchronized boolean begin() {
        if (stopped) {
            return false;
        }
        underWay++;
        return true;
    }

    /** One is over, well or not. */
    void ended() {
        synchronized (this) {
            underWay--;
        }
        over.run();
    }

    /** None begins any more. */
    synchronized void stop() {
        stopped = true;
    }

    /** Whether none is under way, nor will be. */
    synchronized boolean areOver() {
        return stopped && underWay == 0;
    }
}
