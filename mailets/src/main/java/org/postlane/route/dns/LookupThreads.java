// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for what comes of look-ups. They are daemons that end by themselves when there is nothing to do, so nobody needs to
 * close them.
 */
final class LookupThreads {
    private static final Duration IDLE = Duration.ofSeconds(60);

    private LookupThreads() {
    }

    /** So many at most. What finds them busy waits in line; the questions under way are bounded by who asks. */
    static Executor of(String name, int count) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(count, count, IDLE.toSeconds(), TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), runnable -> {
                Thread thread = new Thread(runnable, name + "-" + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
