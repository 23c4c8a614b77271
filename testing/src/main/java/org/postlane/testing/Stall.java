// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Holds the server at one point until a test releases it. One stall may hold many connections. Thread-safe.
 */
public final class Stall {
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger waiting = new AtomicInteger();

    /** Lets every connection that waits here, now or later, go on. */
    public void release() {
        released.countDown();
    }

    /** Whether {@link #release()} was called. */
    public boolean isReleased() {
        return released.getCount() == 0;
    }

    /** How many connections wait here now: lets a test know that the point is reached. */
    public int waiting() {
        return waiting.get();
    }

    void enter() {
        waiting.incrementAndGet();
    }

    void leave() {
        waiting.decrementAndGet();
    }

    boolean await(long milliseconds) throws InterruptedException {
        return released.await(milliseconds, TimeUnit.MILLISECONDS);
    }
}
