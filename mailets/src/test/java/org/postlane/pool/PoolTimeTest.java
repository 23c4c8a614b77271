// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.pool.PoolFixture.now;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postlane.testing.VirtualTime;

/** Limits of time, and the end of the pool. */
class PoolTimeTest {
    private final PoolFixture fixture = new PoolFixture(PoolLimits.builder().maxPerHost(2).maxTotal(4));

    @Test
    void aResourceThatHasBeenIdleForTheLimitIsClosed() {
        fixture.reserve("mx/a", 1);
        fixture.timers.advance(Duration.ofMillis(29_999));
        assertThat(fixture.stats().idle()).isEqualTo(1);
        fixture.timers.advance(Duration.ofMillis(1));

        assertThat(fixture.opened.get(0).calls).containsExactly("reset", "close");
        assertThat(fixture.stats().discarded(DiscardReason.IDLE_TIMEOUT)).isEqualTo(1);
        assertThat(fixture.timers.pending()).as("no timer while the reserve is empty").isZero();
    }

    @Test
    void jitterShortensTheIdleTimeByAFifthAtMost() {
        fixture.dice = 0.5;
        fixture.reserve("mx/a", 1);
        fixture.dice = 0;
        fixture.reserve("mx/b", 1);
        fixture.timers.advance(Duration.ofSeconds(27));
        assertThat(fixture.opened.get(0).calls).contains("close");
        assertThat(fixture.stats().idle()).isEqualTo(1);
        fixture.timers.advance(Duration.ofSeconds(3));

        assertThat(fixture.stats().idle()).isZero();
    }

    @Test
    void eachUseStartsTheIdleTimeAnew() {
        fixture.reserve("mx/a", 1);
        for (int i = 0; i < 5; i++) {
            fixture.timers.advance(Duration.ofSeconds(20));
            fixture.reserve("mx/a", 1);
        }

        assertThat(fixture.stats().opened()).isEqualTo(1);
    }

    @Test
    void aResourceThatIsTooOldIsDiscardedOnReturnWithoutReset() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        fixture.timers.advance(Duration.ofMinutes(5));
        lease.release();

        assertThat(fixture.opened.get(0).calls).containsExactly("close");
        assertThat(fixture.stats().discarded(DiscardReason.MAX_AGE)).isEqualTo(1);
    }

    @Test
    void aResourceThatGrowsTooOldInReserveIsClosedThen() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        fixture.timers.advance(Duration.ofSeconds(290));
        lease.release();
        fixture.timers.advance(Duration.ofSeconds(10));

        assertThat(fixture.stats().discarded(DiscardReason.MAX_AGE)).isEqualTo(1);
    }

    @Test
    void anExpiredResourceIsNotHandedOutEvenIfTheReaperIsLate() {
        VirtualTime clock = new VirtualTime();
        Pool<FakeKey, FakeResource> pool = new Pool<>(fixture, PoolLimits.DEFAULTS, OpeningGate.open(), new VirtualTime(),
            clock::now, () -> 0);
        now(pool.acquire(FakeKey.of("mx/a"), PoolFixture.WAIT)).release();
        clock.advance(Duration.ofSeconds(30));

        assertThat(now(pool.acquire(FakeKey.of("mx/a"), PoolFixture.WAIT)).isReused()).isFalse();
        assertThat(pool.stats().discarded(DiscardReason.IDLE_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void closingClosesTheReserveFailsTheWaitersAndTakesTheLeasedOnReturn() {
        fixture.reserve("mx1/a", 1);
        Lease<FakeResource> leased = fixture.lease("mx2/a");
        fixture.lease("mx2/a").discard(DiscardReason.CALLER);
        fixture.lease("mx2/a");
        Lease<FakeResource> last = leased;
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx2/a");
        CompletableFuture<Void> closed = fixture.pool.close(Duration.ofSeconds(10));

        assertThat(waiter.handle((value, failure) -> failure).join()).isInstanceOf(PoolClosedException.class);
        assertThat(fixture.ask("mx1/a").handle((value, failure) -> failure).join()).isInstanceOf(PoolClosedException.class);
        assertThat(fixture.opened.get(0).calls).containsExactly("reset", "close");
        assertThat(closed).isNotDone();
        last.release();
        assertThat(fixture.opened.get(1).calls).containsExactly("close");
        assertThat(closed).isNotDone();
        fixture.timers.advance(Duration.ofSeconds(10));

        assertThat(closed).isCompleted();
        assertThat(fixture.opened.get(3).calls).containsExactly("abort");
        assertThat(fixture.stats().open()).isZero();
        assertThat(fixture.stats().discarded(DiscardReason.POOL_CLOSED)).isEqualTo(3);
    }

    @Test
    void closingEndsAsSoonAsEverythingIsGone() {
        fixture.reserve("mx/a", 2);
        fixture.opened.forEach(FakeResource::closingSlowly);
        CompletableFuture<Void> closed = fixture.pool.close(Duration.ofSeconds(10));
        fixture.opened.get(0).close.complete(null);
        assertThat(closed).isNotDone();
        fixture.opened.get(1).close.complete(null);

        assertThat(closed).isCompleted();
        assertThat(fixture.timers.pending()).isZero();
    }

    @Test
    void closingTwiceIsClosingOnce() {
        fixture.reserve("mx/a", 1);
        fixture.pool.close(Duration.ofSeconds(1)).join();
        fixture.pool.close(Duration.ofSeconds(1)).join();

        assertThat(fixture.opened.get(0).calls).containsExactly("reset", "close");
    }

    @Test
    void aWaiterWhoseConnectionIsBeingOpenedLearnsWhatBecomesOfItHoweverLongThatTakes() {
        fixture.slow = true;
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx/a");
        fixture.timers.advance(Duration.ofHours(1));
        assertThat(waiter).isNotDone();

        fixture.failOpening(new IOException("no greeting"));
        assertThat(waiter).failsWithin(Duration.ZERO).withThrowableThat().withCauseInstanceOf(IOException.class);
    }

    @Test
    void whatIsOpenedAfterTheEndIsDropped() {
        fixture.slow = true;
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx/a");
        CompletableFuture<Void> closed = fixture.pool.close(Duration.ZERO);
        assertThat(closed).isCompleted();
        FakeResource late = fixture.finishOpening();

        assertThat(waiter).isCompletedExceptionally();
        assertThat(late.calls).containsExactly("abort");
        assertThat(fixture.stats().open()).isZero();
    }

    @Test
    void whatIsOpenedWhileThePoolClosesIsClosedInAFriendlyWay() {
        fixture.slow = true;
        assertThat(fixture.ask("mx/a")).isNotDone();
        CompletableFuture<Void> closed = fixture.pool.close(Duration.ofSeconds(10));
        assertThat(closed).isNotDone();
        FakeResource late = fixture.finishOpening();

        assertThat(late.calls).containsExactly("close");
        assertThat(closed).isCompleted();
    }

    @Test
    void theOneWhoWaitsForTheEndCannotDeclareIt() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        CompletableFuture<Void> mine = fixture.pool.close(Duration.ofSeconds(10));
        mine.complete(null);
        assertThat(fixture.pool.close(Duration.ofSeconds(10))).isNotDone();

        lease.release();
        assertThat(fixture.pool.close(Duration.ofSeconds(10))).isCompleted();
    }

    @Test
    void aPoolWithTimersOfItsOwnReapsByItselfAndItsThreadEndsWithIt() {
        PoolLimits limits = PoolLimits.builder().idleTimeout(Duration.ofMillis(50)).build();
        Pool<FakeKey, FakeResource> pool = new Pool<>(fixture, limits);
        now(pool.acquire(FakeKey.of("mx/a"), PoolFixture.WAIT)).release();
        Awaitility.await().until(() -> pool.stats().discarded(DiscardReason.IDLE_TIMEOUT) == 1);
        assertThat(reaperRuns()).isTrue();
        pool.close(Duration.ofSeconds(1)).join();

        Awaitility.await().until(() -> !reaperRuns());
    }

    private static boolean reaperRuns() {
        return Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().equals(Pool.THREAD_NAME));
    }

    @Test
    void timersOfSomebodyElseAreNotShutDown() {
        ScheduledExecutorService timers = fixture.timers;
        fixture.pool.close(Duration.ofSeconds(1)).join();

        assertThat(timers.isShutdown()).isFalse();
    }
}
