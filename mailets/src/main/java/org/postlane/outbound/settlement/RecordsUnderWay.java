// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what would be repeated after a crash because the journal has not written it yet, for all mails of a James together.
 * Safe for use by several threads.
 */
public final class RecordsUnderWay {
    /**
     * While so many attempts are not recorded, no other begins. Five thousand mails a second over a disk that takes 40 ms to
     * sync, or one thousand over one that takes 200 ms, have as many under way: only a disk that hangs is noticed.
     */
    public static final int MOST = 200;

    private final AtomicInteger underWay = new AtomicInteger();

    /** Whether there are so many that nothing shall begin. */
    public boolean isFull() {
        return underWay.get() >= MOST;
    }

    /** One more. */
    public void began() {
        underWay.incrementAndGet();
    }

    /** So many are written, or can no longer be repeated. */
    public void ended(int count) {
        underWay.addAndGet(-count);
    }
}
