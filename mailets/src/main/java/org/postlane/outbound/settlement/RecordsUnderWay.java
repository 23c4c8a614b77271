// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.util.concurrent.CompletableFuture;

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

    /** Who waits goes on when there are only so many: not one by one, each at the next sync. */
    private static final int FEW = MOST / 2;
    private int underWay;
    /** Null while nobody waits. */
    private CompletableFuture<Void> room;

    /**
     * When another attempt may begin: at once, unless there are too many.
     *
     * @return of the caller's own; completes on the thread that calls {@link #ended}
     */
    public synchronized CompletableFuture<Void> room() {
        if (underWay < MOST) {
            return CompletableFuture.completedFuture(null);
        }
        if (room == null) {
            room = new CompletableFuture<>();
        }
        return room.copy();
    }

    /** One more. */
    public synchronized void began() {
        underWay++;
    }

    /** So many are written, or can no longer be repeated. */
    public void ended(int count) {
        CompletableFuture<Void> waited;
        synchronized (this) {
            underWay -= count;
            if (room == null || underWay > FEW) {
                return;
            }
            waited = room;
            room = null;
        }
        waited.complete(null);
    }
}
