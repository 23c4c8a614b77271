// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that end when idle, and that never keep James from ending: a mail that hangs stays in its queue. Stateless. */
final class LaneThreads {
    private static final long IDLE_SECONDS = 30;

    private LaneThreads() {
    }

    static ThreadPoolExecutor pool(String name, int threads, BlockingQueue<Runnable> waiting) {
        ThreadPoolExecutor pool =
            new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, waiting, factory(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    static ThreadFactory factory(String name) {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
