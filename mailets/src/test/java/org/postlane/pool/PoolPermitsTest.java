// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.pool.PoolFixture.now;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.postlane.testing.VirtualTime;

/** A pool that has a part of the limit of a host, which somebody else says. */
class PoolPermitsTest {
    private static final Duration WAIT = Duration.ofMinutes(1);

    private final Map<Object, Permits> permits = new HashMap<>();
    private final List<FakeResource> opened = new ArrayList<>();
    private final VirtualTime time = new VirtualTime();
    private final Pool<FakeKey, FakeResource> pool = new Pool<>(this::open, PoolLimits.builder().maxPerHost(4).build(),
        OpeningGate.open(), (host, changed) -> permits.compute(host, (name, before) -> new Permits(changed)), time, time::now,
        () -> 0);

    /** What a test grants. */
    private static final class Permits implements HostPermits {
        private final Runnable changed;
        private int granted;
        private String told;
        private boolean closed;

        Permits(Runnable changed) {
            this.changed = changed;
        }

        void grant(int count) {
            granted = count;
            changed.run();
        }

        @Override
        public int most() {
            return granted;
        }

        @Override
        public void use(int limit, int open, int closing, int idle, int needed) {
            told = "limit " + limit + ", open " + open + ", closing " + closing + ", idle " + idle + ", needed " + needed;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private CompletableFuture<FakeResource> open(FakeKey key) {
        FakeResource resource = new FakeResource(key, opened.size());
        opened.add(resource);
        return CompletableFuture.completedFuture(resource);
    }

    private CompletableFuture<Lease<FakeResource>> ask(String key) {
        return pool.acquire(FakeKey.of(key), WAIT);
    }

    @Test
    void whatIsGrantedIsOpenedAndNoMore() {
        List<CompletableFuture<Lease<FakeResource>>> asked = List.of(ask("mx/a"), ask("mx/a"), ask("mx/a"));
        assertThat(asked).noneMatch(CompletableFuture::isDone);
        assertThat(permits.get("mx").told).isEqualTo("limit 4, open 0, closing 0, idle 0, needed 1");
        permits.get("mx").grant(2);
        assertThat(asked).filteredOn(CompletableFuture::isDone).hasSize(2);
        assertThat(permits.get("mx").told).isEqualTo("limit 4, open 2, closing 0, idle 0, needed 3");
        permits.get("mx").grant(9);
        assertThat(asked).allMatch(CompletableFuture::isDone);
        assertThat(List.of(ask("mx/a"), ask("mx/a"))).filteredOn(CompletableFuture::isDone).as("the pool's own limit").hasSize(1);
    }

    @Test
    void whatIsTakenBackGoesAtOnceFromReserveAndFromUseWhenItComesBack() {
        CompletableFuture<Lease<FakeResource>> waiting = ask("mx/a");
        permits.get("mx").grant(3);
        Lease<FakeResource> first = now(waiting);
        Lease<FakeResource> second = now(ask("mx/a"));
        now(ask("mx/a")).release();
        assertThat(permits.get("mx").told).isEqualTo("limit 4, open 3, closing 0, idle 1, needed 3");
        permits.get("mx").grant(1);
        assertThat(pool.stats().open()).as("without what was in reserve").isEqualTo(2);
        first.release();
        assertThat(pool.stats().open()).isEqualTo(1);
        second.release();
        assertThat(pool.stats().idle()).isEqualTo(1);
        assertThat(pool.stats().discarded(DiscardReason.MADE_ROOM)).isEqualTo(2);
    }

    @Test
    void whatIsBeingClosedIsToldOf() {
        CompletableFuture<Lease<FakeResource>> waiting = ask("mx/a");
        permits.get("mx").grant(1);
        opened.get(0).closingSlowly();
        now(waiting).release();
        permits.get("mx").grant(0);
        assertThat(permits.get("mx").told).isEqualTo("limit 4, open 1, closing 0, idle 1, needed 1");
        CompletableFuture<Lease<FakeResource>> next = ask("mx/a");
        assertThat(permits.get("mx").told).isEqualTo("limit 4, open 1, closing 1, idle 0, needed 1");
        opened.get(0).close.complete(null);
        assertThat(permits.get("mx").told).isEqualTo("limit 4, open 0, closing 0, idle 0, needed 1");
        permits.get("mx").grant(1);
        assertThat(next).isCompleted();
    }

    @Test
    void oneInReserveForSomebodyElseGivesWayWhereNoOtherMayBeOpened() {
        CompletableFuture<Lease<FakeResource>> waiting = ask("mx/a");
        permits.get("mx").grant(1);
        now(waiting).release();
        CompletableFuture<Lease<FakeResource>> other = ask("mx/b");
        assertThat(other).isCompleted();
        assertThat(pool.stats().open()).isEqualTo(1);
    }

    @Test
    void aHostWithoutAnythingIsClosedAndBeginsAnew() {
        CompletableFuture<Lease<FakeResource>> waiting = ask("mx/a");
        Permits before = permits.get("mx");
        before.grant(1);
        now(waiting).discard(DiscardReason.CALLER);
        assertThat(before.closed).isTrue();
        before.grant(5);
        assertThat(ask("mx/a")).isNotDone();
        assertThat(permits.get("mx")).isNotSameAs(before);
        assertThat(permits.get("mx").closed).isFalse();
    }

    @Test
    void whoWaitsForAPermitWaitsNoLongerThanForAnythingElse() {
        CompletableFuture<Lease<FakeResource>> asked = ask("mx/a");
        time.advance(WAIT);
        assertThat(PoolFixture.failureOf(asked)).isInstanceOf(AcquireTimeoutException.class);
        assertThat(permits.get("mx").closed).isTrue();
    }

    @Test
    void aGateThatMayBeOpenIsAskedAgain() {
        long[] wait = {Duration.ofHours(1).toNanos()};
        Pool<FakeKey, FakeResource> paced = new Pool<>(this::open, PoolLimits.DEFAULTS, key -> wait[0], time, time::now, () -> 0);
        CompletableFuture<Lease<FakeResource>> asked = paced.acquire(FakeKey.of("mx/a"), WAIT);
        paced.askGateAgain("mx");
        assertThat(asked).isNotDone();
        wait[0] = 0;
        assertThat(asked).isNotDone();
        paced.askGateAgain("mx");
        assertThat(asked).isCompleted();
    }
}
