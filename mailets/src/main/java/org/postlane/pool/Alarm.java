// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Wakes up at the first of many deadlines: one timer, and none while there is no deadline. Safe for use by several threads. */
final class Alarm {
    private final ScheduledExecutorService timers;
    private final LongSupplier clock;
    /** Does what is due and says when there is something to do next. */
    private final Supplier<OptionalLong> due;
    private final Object lock = new Object();
    private Future<?> timer;
    private long wakesAt;
    private boolean stopped;

    Alarm(ScheduledExecutorService timers, LongSupplier clock, Supplier<OptionalLong> due) {
        this.timers = timers;
        this.clock = clock;
        this.due = due;
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
        due.get().ifPresent(this::watch);
    }
}
