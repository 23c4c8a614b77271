// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of the link to Redis. Safe for use by several threads. */
final class LinkThread {
    private static final Logger LOGGER = LoggerFactory.getLogger(LinkThread.class);

    private final ScheduledThreadPoolExecutor executor;

    LinkThread() {
        this.executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "postlane-cluster");
            made.setDaemon(true);
            return made;
        });
        executor.setRemoveOnCancelPolicy(true);
    }

    /** Does something now, and so long after it was done again. */
    void repeat(Duration after, Runnable task) {
        ScheduledFuture<?> unused =
            executor.scheduleWithFixedDelay(() -> guarded(task), 0, after.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Does something; false when the thread has been ended. */
    boolean run(Runnable task) {
        try {
            executor.execute(() -> guarded(task));
            return true;
        } catch (RejectedExecutionException e) {
            LOGGER.debug("Redis is not asked any more: the link is closed");
            return false;
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOGGER.error("What the limits of the cluster had to do failed", e);
        }
    }

    void end() {
        executor.shutdownNow();
    }
}
