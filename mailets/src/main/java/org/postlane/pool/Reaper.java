// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Wakes up when the first resource in reserve has to leave it: one timer in all, none while the reserve is empty. */
final class Reaper {
    private final ScheduledExecutorService timers;
    private final LongSupplier clock;
    /** Discards what is due and says when the next is. */
    private final Supplier<OptionalLong> reap;
    private final Object lock = new Object();
    private Future<?> timer;
    private long wakesAt;
    private boolean stopped;

    Reaper(ScheduledExecutorService timers, LongSupplier clock, Supplier<OptionalLong> reap) {
        this.timers = timers;
        this.clock = clock;
        this.reap = reap;
    }

    /** Makes sure that this wakes up at {@code deadline} or before. */
    void watch(long deadline) {
        synchronized (lock) {
            if (!stopped && (timer == null || deadline - wakesAt < 0)) {
                if (timer != null) {
                    timer.cancel(false);
                }
                wakesAt = deadline;
                timer = Outcome.after(Duration.ofNanos(Math.max(0, deadline - clock.getAsLong())), timers, this::wake);
            }
        }
    }

    /** Wakes up no more. */
    void stop() {
        synchronized (lock) {
            stopped = true;
            if (timer != null) {
                timer.cancel(false);
            }
        }
    }

    private void wake() {
        synchronized (lock) {
            timer = null;
        }
        reap.get().ifPresent(this::watch);
    }
}
