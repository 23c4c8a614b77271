// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Timers that look at destinations again: at most one for each, at the earliest time asked for. Guarded by the lock. */
final class Alarms<T extends Task> {
    private static final Logger LOGGER = LoggerFactory.getLogger(Alarms.class);

    private final ScheduledExecutorService timers;
    private final Consumer<Destination<T>> look;

    /**
     * Alarms.
     *
     * @param look called by a timer, without the lock
     */
    Alarms(ScheduledExecutorService timers, Consumer<Destination<T>> look) {
        this.timers = timers;
        this.look = look;
    }

    /** A timer that has not gone off. */
    static final class Alarm {
        private final long at;
        private final Future<?> timer;

        Alarm(long at, Future<?> timer) {
            this.at = at;
            this.timer = timer;
        }
    }

    /** Looks again in a while, or earlier where something else has asked for that. */
    void set(Destination<T> destination, long nanos, long now) {
        Alarm set = destination.alarm;
        if (set != null && set.at - now <= nanos) {
            return;
        }
        if (set != null) {
            set.timer.cancel(false);
        }
        destination.alarm = null;
        try {
            Future<?> timer = timers.schedule(() -> look.accept(destination), nanos, TimeUnit.NANOSECONDS);
            destination.alarm = new Alarm(now + nanos, timer);
        } catch (RejectedExecutionException e) {
            LOGGER.debug("{} is not looked at again: the timers have stopped", destination.name);
        }
    }

    void wentOff(Destination<T> destination) {
        destination.alarm = null;
    }
}
