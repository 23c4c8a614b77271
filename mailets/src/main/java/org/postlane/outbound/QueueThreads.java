// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The threads of one outgoing queue, by what they may wait for. Safe for use by several threads. */
final class QueueThreads {
    /** Wait for the queue, the spool, content and the journal. */
    private static final int WORKERS = 16;
    /** Begin attempts, which may ask a database for our name: not the same, or a spool that hangs kept mail from leaving. */
    private static final int STARTERS = 4;
    private static final int MOST_TASKS = 100_000;

    private final Scheduler readers;
    private final ExecutorService workers;
    private final ExecutorService starters;
    private final ScheduledExecutorService timers;

    QueueThreads(String queue, EngineTime time) {
        this.readers = Schedulers.newBoundedElastic(1, MOST_TASKS, "postlane-queue-" + queue, 60, true);
        this.workers = Executors.newFixedThreadPool(WORKERS, named("postlane-outbound-" + queue));
        this.starters = Executors.newFixedThreadPool(STARTERS, named("postlane-attempt-" + queue));
        this.timers = time.timers(named("postlane-outbound-timer"));
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return runnable -> {
            Thread thread = new Thread(runnable, prefix + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    Scheduler readers() {
        return readers;
    }

    Executor workers() {
        return workers;
    }

    Executor starters() {
        return starters;
    }

    ScheduledExecutorService timers() {
        return timers;
    }

    void close() {
        timers.shutdownNow();
        readers.dispose();
        workers.shutdownNow();
        starters.shutdownNow();
    }
}
