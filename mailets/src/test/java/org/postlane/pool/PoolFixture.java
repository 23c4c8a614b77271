// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.postlane.testing.VirtualTime;

/** A pool with time and a factory that the test moves by hand. */
final class PoolFixture implements ResourceFactory<FakeKey, FakeResource> {
    static final Duration WAIT = Duration.ofSeconds(60);

    final VirtualTime timers = new VirtualTime();
    final List<FakeResource> opened = new ArrayList<>();
    final Deque<Attempt> attempts = new ArrayDeque<>();
    final Pool<FakeKey, FakeResource> pool;
    boolean slow;
    IOException failure;
    double dice;
    OpeningGate<FakeKey> gate = OpeningGate.open();

    record Attempt(FakeKey key, CompletableFuture<FakeResource> future) { }

    PoolFixture(PoolLimits.Builder limits) {
        pool = new Pool<>(this, limits.build(), key -> gate.nanosUntilOpening(key), timers, timers::now, () -> dice);
    }

    @Override
    public CompletableFuture<FakeResource> open(FakeKey key) {
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        if (slow) {
            attempts.add(new Attempt(key, new CompletableFuture<>()));
            return attempts.getLast().future;
        }
        return CompletableFuture.completedFuture(newResource(key));
    }

    private FakeResource newResource(FakeKey key) {
        FakeResource resource = new FakeResource(key, opened.size());
        opened.add(resource);
        return resource;
    }

    /** Lets the oldest slow attempt succeed. */
    FakeResource finishOpening() {
        Attempt attempt = attempts.remove();
        FakeResource resource = newResource(attempt.key);
        attempt.future.complete(resource);
        return resource;
    }

    void failOpening(Exception cause) {
        attempts.remove().future.completeExceptionally(cause);
    }

    CompletableFuture<Lease<FakeResource>> ask(String key) {
        return pool.acquire(FakeKey.of(key), WAIT);
    }

    CompletableFuture<Lease<FakeResource>> askFresh(String key) {
        return pool.acquireFresh(FakeKey.of(key), WAIT);
    }

    /** A lease that must be there at once. */
    Lease<FakeResource> lease(String key) {
        return now(ask(key));
    }

    static Lease<FakeResource> now(CompletableFuture<Lease<FakeResource>> future) {
        assertThat(future).isCompleted();
        return future.join();
    }

    /** With what this future has failed; it must have. */
    static Throwable failureOf(CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        return future.handle((value, failure) -> failure).join();
    }

    /** Opens this many connections for {@code key} and leaves them in reserve. */
    void reserve(String key, int count) {
        List<Lease<FakeResource>> leases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leases.add(lease(key));
        }
        leases.forEach(Lease::release);
    }

    PoolStats stats() {
        return pool.stats();
    }
}
