// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads on which the directory is asked for those who must not wait. Safe for use by several threads. */
final class LookupThreads {
    /** One question to the directory. */
    interface Lookup extends Runnable {
        /** Fails it; it will not be run. */
        void giveUp();
    }

    /** What waits beyond this is refused, and its recipients are deferred: a directory this far behind needs less, not more. */
    private static final int MAX_WAITING = 10_000;

    private final AtomicInteger made = new AtomicInteger();
    private final ThreadPoolExecutor executor;

    LookupThreads(int threads) {
        executor = new ThreadPoolExecutor(threads, threads, 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING),
            task -> {
                Thread thread = new Thread(task, "postlane-directory-" + made.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        executor.allowCoreThreadTimeOut(true);
    }

    synchronized void resize(int threads) {
        // Neither may pass the other on the way.
        executor.setCorePoolSize(Math.min(threads, executor.getMaximumPoolSize()));
        executor.setMaximumPoolSize(threads);
        executor.setCorePoolSize(threads);
    }

    /** @throws java.util.concurrent.RejectedExecutionException where too many wait already, or James is stopping */
    void execute(Lookup lookup) {
        executor.execute(lookup);
    }

    /** What has not begun fails, since others may wait for it. */
    void close() {
        executor.shutdownNow().forEach(lookup -> ((Lookup) lookup).giveUp());
    }
}
