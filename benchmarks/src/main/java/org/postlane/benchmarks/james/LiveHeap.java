// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * How much of the heap of this JVM is in use that a full collection leaves. While it watches, one collection follows the other
 * with a short pause, so what runs meanwhile is slow: its time means nothing.
 */
public final class LiveHeap implements AutoCloseable {
    private static final long PAUSE_MILLIS = 200;

    private final long before;
    private final Thread watcher;
    private volatile long most;
    private volatile boolean ended;

    private LiveHeap() {
        before = now();
        most = before;
        watcher = new Thread(this::look, "live heap");
        watcher.setDaemon(true);
        watcher.start();
    }

    /** Octets in use now, after a full collection. */
    public static long now() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Watches from now on. */
    public static LiveHeap watch() {
        return new LiveHeap();
    }

    private void look() {
        try {
            while (!ended) {
                most = Math.max(most, now());
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The most that a collection left until now, in octets above what was there when the watch began. */
    public long growth() {
        return most - before;
    }

    @Override
    public void close() {
        ended = true;
        watcher.interrupt();
    }
}
