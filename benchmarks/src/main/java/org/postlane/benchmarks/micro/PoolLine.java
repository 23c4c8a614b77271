// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.micro;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.postlane.pool.Lease;
import org.postlane.pool.Pool;
import reactor.pool.InstrumentedPool;
import reactor.pool.PooledRef;

/**
 * 64 callers and 20 resources as the engine has them: no thread waits. 20 callers have a resource, 44 stand in line. An operation
 * gives back the resource that has been out for longest, which goes to the caller who has waited for longest, and its last holder
 * gets in line again. commons-pool2 has no way to ask without blocking.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PoolLine {
    private static final int CALLERS = 64;

    private final Deque<Lease<PoolCycle.Thing>> leases = new ArrayDeque<>();
    private final Deque<PooledRef<PoolCycle.Thing>> refs = new ArrayDeque<>();
    private Pool<PoolCycle.Key, PoolCycle.Thing> postlane;
    private InstrumentedPool<PoolCycle.Thing> reactor;
    private int failures;

    /** Makes everybody ask. */
    @Setup(Level.Trial)
    public void fill() {
        postlane = PoolCycle.newPostlane();
        reactor = PoolCycle.newReactor();
        for (int i = 0; i < CALLERS; i++) {
            askPostlane();
            askReactor();
        }
    }

    private void askPostlane() {
        CompletableFuture<Void> unused = postlane.acquire(PoolCycle.KEY, PoolCycle.PATIENCE).thenAccept(leases::add);
    }

    private void askReactor() {
        // Its own time-out, since Postlane keeps one too.
        var unused = reactor.acquire(PoolCycle.PATIENCE).subscribe(refs::add, failure -> failures++);
    }

    /** {@code org.postlane.pool}. */
    @Benchmark
    public int postlane() {
        leases.remove().release();
        askPostlane();
        return leases.size();
    }

    /** reactor-pool. */
    @Benchmark
    public int reactorPool() {
        var unused = refs.remove().release().subscribe();
        askReactor();
        return refs.size();
    }

    /** Fails where somebody was served twice or never. */
    @TearDown(Level.Trial)
    public void close() {
        if (leases.size() != PoolCycle.RESOURCES || refs.size() != PoolCycle.RESOURCES || failures > 0) {
            throw new IllegalStateException(leases.size() + " and " + refs.size() + " are out, and " + failures + " have failed");
        }
        reactor.dispose();
        postlane.close(Duration.ZERO).join();
    }
}
