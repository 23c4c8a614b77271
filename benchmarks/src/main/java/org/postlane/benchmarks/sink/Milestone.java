// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.sink;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A number of messages that a sink is to reach. */
public final class Milestone {
    private final long messages;
    private final CountDownLatch reached = new CountDownLatch(1);
    private volatile long reachedAtNanos;

    Milestone(long messages) {
        this.messages = messages;
    }

    /** Whether it is reached by this message. */
    boolean count(long soFar) {
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
        if (!reached.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the sink does not have its messages after " + patience.toSeconds() + " s");
        }
        return reachedAtNanos;
    }
}
