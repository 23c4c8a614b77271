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
    /** What has a finalizer or a cleaner goes with the next collection only, and what that holds with the one behind it. */
    private static final int COLLECTIONS_BEFORE = 4;

    private final long before;
    private final Thread watcher;
    private volatile long most;
    private volatile boolean ended;

    private LiveHeap(long before) {
        this.before = before;
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

    /** Watches from when this returns; that takes a second or so, for nothing that is over shall count as there before. */
    public static LiveHeap watch() throws InterruptedException {
        long least = now();
        for (int i = 1; i < COLLECTIONS_BEFORE; i++) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            least = Math.min(least, now());
        }
        return new LiveHeap(least);
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
