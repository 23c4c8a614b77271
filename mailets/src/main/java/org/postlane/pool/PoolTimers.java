// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** The timers of a pool, and whether they end with it. */
final class PoolTimers {
    private final ScheduledExecutorService executor;
    private final boolean own;

    private PoolTimers(ScheduledExecutorService executor, boolean own) {
        this.executor = executor;
        this.own = own;
    }

    /** One daemon thread. */
    static PoolTimers own() {
        ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, Pool.THREAD_NAME);
            thread.setDaemon(true);
            return thread;
        });
        timers.setRemoveOnCancelPolicy(true);
        timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return new PoolTimers(timers, true);
    }

    static PoolTimers of(ScheduledExecutorService somebodyElses) {
        return new PoolTimers(Objects.requireNonNull(somebodyElses, "timers"), false);
    }

    ScheduledExecutorService executor() {
        return executor;
    }

    void stop() {
        if (own) {
            executor.shutdown();
        }
    }
}
