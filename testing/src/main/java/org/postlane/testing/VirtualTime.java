// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A clock that moves when told, and timers that run in the thread that moves it, each at exactly its time. One that fails fails
 * the test. Thread-safe; timers run without a lock.
 */
public final class VirtualTime extends AbstractExecutorService implements ScheduledExecutorService {
    private final PriorityQueue<Timer<?>> timers = new PriorityQueue<>();
    // Soon overflows, as System.nanoTime() may.
    private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(7);
    private long order;
    private boolean shutdown;

    /** Nanoseconds, which soon overflow. */
    public synchronized long now() {
        return now;
    }

    /** Timers that have not run. */
    public synchronized int pending() {
        return timers.size();
    }

    /** Lets so much time pass, and runs what is due in it. */
    public void advance(Duration time) {
        long end = now() + time.toNanos();
        for (Timer<?> due = next(end); due != null; due = next(end)) {
            due.run();
        }
    }

    /** Moves to the next timer; false when there is none. */
    public boolean toNextTimer() {
        Duration left;
        synchronized (this) {
            Timer<?> next = timers.peek();
            if (next == null) {
                return false;
            }
            left = Duration.ofNanos(Math.max(0, next.at - now));
        }
        advance(left);
        return true;
    }

    private synchronized Timer<?> next(long end) {
        Timer<?> first = timers.peek();
        if (first == null || first.at - end > 0) {
            now = end;
            return null;
        }
        now = first.at;
        return timers.poll();
    }

    @Override
    public synchronized <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        if (shutdown) {
            throw new RejectedExecutionException("stopped");
        }
        Timer<V> timer = new Timer<>(callable, now + unit.toNanos(delay), order++);
        timers.add(timer);
        return timer;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return schedule(() -> {
            command.run();
            return null;
        }, delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        throw new AssertionError("not used");
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        throw new AssertionError("not used");
    }

    @Override
    public void execute(Runnable command) {
        command.run();
    }

    @Override
    public synchronized void shutdown() {
        shutdown = true;
    }

    @Override
    public synchronized List<Runnable> shutdownNow() {
        shutdown = true;
        return Collections.emptyList();
    }

    @Override
    public synchronized boolean isShutdown() {
        return shutdown;
    }

    @Override
    public synchronized boolean isTerminated() {
        return shutdown;
    }

    @Override
    public synchronized boolean awaitTermination(long timeout, TimeUnit unit) {
        return shutdown;
    }

    private final class Timer<V> extends FutureTask<V> implements ScheduledFuture<V> {
        private final long at;
        private final long number;

        Timer(Callable<V> callable, long at, long number) {
            super(callable);
            this.at = at;
            this.number = number;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - now(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            Timer<?> that = (Timer<?>) other;
            return at == that.at ? Long.compare(number, that.number) : Long.signum(at - that.at);
        }

        @Override
        protected void done() {
            if (isCancelled()) {
                synchronized (VirtualTime.this) {
                    timers.remove(this);
                }
            }
        }

        @Override
        protected void setException(Throwable failure) {
            throw new AssertionError("A timer failed", failure);
        }
    }
}
