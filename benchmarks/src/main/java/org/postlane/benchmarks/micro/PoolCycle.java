// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.micro;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.pool2.BaseKeyedPooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericKeyedObjectPool;
import org.apache.commons.pool2.impl.GenericKeyedObjectPoolConfig;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.postlane.pool.Lease;
import org.postlane.pool.Pool;
import org.postlane.pool.PoolKey;
import org.postlane.pool.PoolLimits;
import org.postlane.pool.PooledResource;
import reactor.core.publisher.Mono;
import reactor.pool.InstrumentedPool;
import reactor.pool.PoolBuilder;
import reactor.pool.PooledRef;

/**
 * Taking a resource out of a pool and giving it back, with 20 of them for one key. The resources cost nothing, so that what is
 * left is the pool. All three serve who waits in the order of arrival.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PoolCycle {
    static final int RESOURCES = 20;
    static final Duration PATIENCE = Duration.ofMinutes(1);
    static final Key KEY = new Key("host.test", 25);
    private static final long HOLDING = TimeUnit.MICROSECONDS.toNanos(50);

    /** What is done with the resource. */
    @Param
    private Kind kind;
    private Pool<Key, Thing> postlane;
    private GenericKeyedObjectPool<Key, Thing> commons;
    private InstrumentedPool<Thing> reactor;

    /** What is done with the resource. */
    public enum Kind {
        /** Nothing. */
        AT_ONCE,
        /** Its holder sleeps for as long as a fast network takes, so that all are out and the others wait in line. */
        HELD;

        void use() {
            if (this == HELD) {
                LockSupport.parkNanos(HOLDING);
            }
        }
    }

    /** What connections are told apart by. */
    record Key(String host, int port) implements PoolKey {
    }

    /** A connection that is always in good order. */
    static final class Thing implements PooledResource {
        private static final CompletableFuture<Boolean> READY = CompletableFuture.completedFuture(true);
        private static final CompletableFuture<Void> GONE = CompletableFuture.completedFuture(null);

        @Override
        public boolean isUsable() {
            return true;
        }

        @Override
        public CompletableFuture<Boolean> reset() {
            return READY;
        }

        @Override
        public CompletableFuture<Void> close() {
            return GONE;
        }

        @Override
        public void abort() {
        }

        @Override
        public void onClosed(Runnable action) {
        }
    }

    /** Fills the pools, so that nothing is opened while it is measured. */
    @Setup
    public void open() throws Exception {
        postlane = newPostlane();
        GenericKeyedObjectPoolConfig<Thing> settings = new GenericKeyedObjectPoolConfig<>();
        settings.setMaxTotalPerKey(RESOURCES);
        settings.setMaxIdlePerKey(RESOURCES);
        settings.setMaxTotal(RESOURCES);
        settings.setFairness(true);
        settings.setMaxWait(PATIENCE);
        commons = new GenericKeyedObjectPool<>(new BaseKeyedPooledObjectFactory<>() {
            @Override
            public Thing create(Key key) {
                return new Thing();
            }

            @Override
            public PooledObject<Thing> wrap(Thing thing) {
                return new DefaultPooledObject<>(thing);
            }
        }, settings);
        reactor = newReactor();
    }

    static Pool<Key, Thing> newPostlane() {
        return new Pool<>(key -> CompletableFuture.completedFuture(new Thing()), PoolLimits.builder()
            .maxPerHost(RESOURCES).maxTotal(RESOURCES).maxUses(Integer.MAX_VALUE).maxAge(Duration.ofDays(1)).build());
    }

    static InstrumentedPool<Thing> newReactor() {
        return PoolBuilder.from(Mono.fromSupplier(Thing::new)).sizeBetween(0, RESOURCES).buildPool();
    }

    /** Ends the timers of the pools. */
    @TearDown
    public void close() {
        commons.close();
        reactor.dispose();
        postlane.close(Duration.ZERO).join();
    }

    /** {@code org.postlane.pool}: keys, a limit for each host and in all. */
    @Benchmark
    public Thing postlane() {
        Lease<Thing> lease = postlane.acquire(KEY, PATIENCE).join();
        Thing thing = lease.resource();
        kind.use();
        lease.release();
        return thing;
    }

    /** commons-pool2: keys, and both limits. */
    @Benchmark
    public Thing commonsPool2() throws Exception {
        Thing thing = commons.borrowObject(KEY);
        kind.use();
        commons.returnObject(KEY, thing);
        return thing;
    }

    /** reactor-pool: no keys. */
    @Benchmark
    public Thing reactorPool() {
        PooledRef<Thing> ref = reactor.acquire().block(PATIENCE);
        Thing thing = ref.poolable();
        kind.use();
        ref.release().block(PATIENCE);
        return thing;
    }
}
