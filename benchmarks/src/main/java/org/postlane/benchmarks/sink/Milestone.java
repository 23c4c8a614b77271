// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.sink;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A number of messages, or of recipients, that a sink is to reach. */
public final class Milestone {
    private final long messages;
    private final CountDownLatch reached = new CountDownLatch(1);
    private volatile long reachedAtNanos;

    /** @param messages counted from where {@link #count} counts */
    public Milestone(long messages) {
        this.messages = messages;
    }

    /** Whether it is reached by this message. */
    public boolean count(long soFar) {
        if (soFar < messages) {
            return false;
        }
        reachedAtNanos = System.nanoTime();
        reached.countDown();
        return true;
    }

    /**
     * Waits for it.
     *
     * @return {@link System#nanoTime} of the moment in which the last of the messages had been accepted
     * @throws IllegalStateException when it takes longer than {@code patience}
     */
    public long await(Duration patience) throws InterruptedException {
        if (!isReached(patience)) {
            throw new IllegalStateException("the sink does not have its messages after " + patience.toSeconds() + " s");
        }
        return reachedAtNanos;
    }

    /** Whether it is reached, within this time from now. */
    public boolean isReached(Duration limit) throws InterruptedException {
        return reached.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }
}
