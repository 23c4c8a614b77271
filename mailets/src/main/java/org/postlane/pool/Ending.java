// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;

/** The end of a pool: when nothing is left, or when the time for it is over. Safe for use by several threads. */
final class Ending {
    private final ScheduledExecutorService timers;
    /** Drops whatever is left. */
    private final Runnable abandon;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    Ending(ScheduledExecutorService timers, Runnable abandon) {
        this.timers = timers;
        this.abandon = abandon;
    }

    /** Waits for {@link #reached()} as long as {@code grace} lasts. */
    void within(Duration grace) {
        if (gone.isDone()) {
            return;
        }
        if (grace.isZero() || grace.isNegative()) {
            abandon.run();
        } else {
            Future<?> timer = Outcome.after(grace, timers, abandon);
            Outcome.whenDone(gone, (nothing, failure) -> timer.cancel(false));
        }
    }

    void reached() {
        gone.complete(null);
    }

    /** Completes when the end is reached. */
    CompletableFuture<Void> future() {
        return gone.copy();
    }
}
