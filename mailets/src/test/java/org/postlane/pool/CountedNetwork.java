// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.io.IOException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Peers that count their connections, from the attempt to the end, and answer at random: now, later, or not as hoped. */
final class CountedNetwork implements ResourceFactory<FakeKey, CountedNetwork.Connection> {
    private static final int MOST_HOLDERS = 3;

    final Queue<String> violations = new ConcurrentLinkedQueue<>();
    final Queue<Connection> all = new ConcurrentLinkedQueue<>();
    /** Some of those opened lately, to be killed. */
    final AtomicReferenceArray<Connection> recent = new AtomicReferenceArray<>(16);
    final AtomicInteger open = new AtomicInteger();
    /** Openings that the pace has let through; each must be used. */
    final AtomicLong permits = new AtomicLong();
    private final PoolLimits limits;
    private final Map<String, AtomicInteger> openTo = new ConcurrentHashMap<>();
    private final Queue<Runnable> wire = new ConcurrentLinkedQueue<>();
    private volatile boolean calm;

    CountedNetwork(PoolLimits limits) {
        this.limits = limits;
    }

    /** From now on, everything succeeds. */
    void calmDown() {
        calm = true;
    }

    boolean isCalm() {
        return calm;
    }

    /** Lets one of the late answers arrive. */
    void deliver() {
        Runnable late = wire.poll();
        if (late != null) {
            late.run();
        }
    }

    @Override
    public CompletableFuture<Connection> open(FakeKey key) {
        count(key, 1);
        CompletableFuture<Connection> result = new CompletableFuture<>();
        int chance = calm ? 99 : ThreadLocalRandom.current().nextInt(100);
        if (chance < 5) {
            count(key, -1);
            throw new IllegalArgumentException("refused at once");
        }
        soonOrNow(() -> {
            if (chance < 20) {
                count(key, -1);
                result.completeExceptionally(new IOException("refused"));
            } else {
                Connection connection = new Connection(key);
                all.add(connection);
                recent.set(ThreadLocalRandom.current().nextInt(recent.length()), connection);
                result.complete(connection);
            }
        });
        return result;
    }

    private void count(FakeKey key, int change) {
        int toHost = openTo.computeIfAbsent(key.host(), host -> new AtomicInteger()).addAndGet(change);
        int inAll = open.addAndGet(change);
        if (toHost > limits.maxPerHost() || inAll > limits.maxTotal()) {
            violations.add(toHost + " open to " + key.host() + ", " + inAll + " in all");
        }
    }

    private void soonOrNow(Runnable action) {
        if (!calm && ThreadLocalRandom.current().nextInt(4) == 0) {
            wire.add(action);
        } else {
            action.run();
        }
    }

    final class Connection implements PooledResource {
        final AtomicInteger closeCalls = new AtomicInteger();
        private final FakeKey key;
        private final AtomicBoolean ended = new AtomicBoolean();
        private int holders;
        private boolean busy;
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private volatile boolean outOfSync;

        Connection(FakeKey key) {
            this.key = key;
        }

        void hold(FakeKey wanted) {
            synchronized (this) {
                if (busy || ++holders > MOST_HOLDERS) {
                    violations.add("leased to " + holders + " at once, with one who lets nobody follow: " + busy);
                }
                busy = true;
            }
            if (!wanted.equals(key)) {
                violations.add(key + " leased for " + wanted);
            }
            if (closeCalls.get() > 0) {
                violations.add("leased after it was closed");
            }
        }

        synchronized void letFollow() {
            busy = false;
        }

        void letGo() {
            letGo(true);
        }

        synchronized void letGo(boolean wasBusy) {
            holders--;
            if (wasBusy) {
                busy = false;
            }
        }

        private synchronized boolean isHeld() {
            return holders > 0;
        }

        @Override
        public int leasesAtOnce() {
            return isUsable() ? MOST_HOLDERS : 1;
        }

        void end() {
            if (ended.compareAndSet(false, true)) {
                count(key, -1);
                end.complete(null);
            }
        }

        void loseSync() {
            outOfSync = true;
        }

        boolean hasEnded() {
            return ended.get();
        }

        @Override
        public boolean isUsable() {
            return !outOfSync && !ended.get();
        }

        @Override
        public CompletableFuture<Boolean> reset() {
            if (isHeld() || closeCalls.get() > 0) {
                violations.add("reset while leased or closed");
            }
            CompletableFuture<Boolean> result = new CompletableFuture<>();
            boolean accepted = calm || ThreadLocalRandom.current().nextInt(20) > 0;
            soonOrNow(() -> result.complete(accepted));
            return result;
        }

        @Override
        public CompletableFuture<Void> close() {
            if (closeCalls.incrementAndGet() > 1) {
                violations.add("closed twice");
            }
            soonOrNow(this::end);
            return end;
        }

        @Override
        public void abort() {
            end();
        }

        @Override
        public void onClosed(Runnable action) {
            CompletableFuture<Void> unused = end.thenRun(action);
        }
    }
}
