// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Timers and a clock that move only when told; tasks run in the thread that moves them. */
final class ManualTimers extends AbstractExecutorService implements ScheduledExecutorService {
    private final PriorityQueue<Task<?>> tasks = new PriorityQueue<>();
    // Starts near the overflow, as System.nanoTime() may.
    private long now = Long.MAX_VALUE - 1_000;
    private long order;
    private boolean shutdown;

    synchronized long now() {
        return now;
    }

    void advance(long amount, TimeUnit unit) {
        long end = now() + unit.toNanos(amount);
        for (Task<?> due = next(end); due != null; due = next(end)) {
            due.run();
        }
    }

    private synchronized Task<?> next(long end) {
        Task<?> first = tasks.peek();
        if (first == null || first.at - end > 0) {
            now = end;
            return null;
        }
        now = first.at;
        return tasks.poll();
    }

    synchronized int pending() {
        return tasks.size();
    }

    @Override
    public synchronized <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        Task<V> task = new Task<>(callable, now + unit.toNanos(delay), order++);
        tasks.add(task);
        return task;
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
    public void shutdown() {
        shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown = true;
        return Collections.emptyList();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return shutdown;
    }

    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
        private final long at;
        private final long number;

        Task(Callable<V> callable, long at, long number) {
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
            Task<?> that = (Task<?>) other;
            return at == that.at ? Long.compare(number, that.number) : Long.signum(at - that.at);
        }

        @Override
        protected void done() {
            if (isCancelled()) {
                synchronized (ManualTimers.this) {
                    tasks.remove(this);
                }
            }
        }
    }
}
