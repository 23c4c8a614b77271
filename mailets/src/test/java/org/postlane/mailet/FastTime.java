// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.postlane.outbound.EngineTime;

/** Time that runs many times as fast: a penalty of a minute is over in a second. The time-outs of SMTP stay what they are. */
final class FastTime implements EngineTime {
    private final int times;
    private final long began = System.nanoTime();
    private final AtomicInteger putOff = new AtomicInteger();
    private volatile boolean stands;

    FastTime(int times) {
        this.times = times;
    }

    /** For timers that are set from now on: none of them goes off. */
    void stand() {
        stands = true;
    }

    /** How many were set since then. */
    int putOff() {
        return putOff.get();
    }

    @Override
    public long nanoTime() {
        return began + (System.nanoTime() - began) * times;
    }

    @Override
    public ScheduledExecutorService timers(ThreadFactory threads) {
        ScheduledThreadPoolExecutor timers = new Shortened(threads);
        timers.setRemoveOnCancelPolicy(true);
        return timers;
    }

    private final class Shortened extends ScheduledThreadPoolExecutor {
        private Shortened(ThreadFactory threads) {
            super(1, threads);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            return super.schedule(command, shortened(delay, unit), TimeUnit.NANOSECONDS);
        }

        @Override
        public <V> ScheduledFuture<V> schedule(Callable<V> command, long delay, TimeUnit unit) {
            return super.schedule(command, shortened(delay, unit), TimeUnit.NANOSECONDS);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long first, long period, TimeUnit unit) {
            return super.scheduleAtFixedRate(command, shortened(first, unit), shortened(period, unit), TimeUnit.NANOSECONDS);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long first, long delay, TimeUnit unit) {
            return super.scheduleWithFixedDelay(command, shortened(first, unit), shortened(delay, unit), TimeUnit.NANOSECONDS);
        }

        private long shortened(long delay, TimeUnit unit) {
            if (stands) {
                putOff.incrementAndGet();
                return TimeUnit.DAYS.toNanos(1);
            }
            return Math.max(1, unit.toNanos(delay) / times);
        }
    }
}
