// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;

import com.google.inject.ProvidedBy;
import org.postlane.james.MissingModule;

/** How time passes for penalties, rates and limits of holding: another one than the system's makes hours short. */
@ProvidedBy(MissingModule.class)
public interface EngineTime {
    /** The time of the system. */
    EngineTime SYSTEM = new EngineTime() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public ScheduledExecutorService timers(ThreadFactory threads) {
            ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, threads);
            timers.setRemoveOnCancelPolicy(true);
            return timers;
        }
    };

    /** Nanoseconds since some moment, as {@link System#nanoTime()}. */
    long nanoTime();

    /** Timers in which the same time passes, with one thread. */
    ScheduledExecutorService timers(ThreadFactory threads);
}
