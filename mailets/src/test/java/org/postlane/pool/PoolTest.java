// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.pool.PoolFixture.now;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

/** Reuse, limits of use, returning and discarding. */
class PoolTest {
    private final PoolFixture fixture = new PoolFixture(PoolLimits.builder().maxPerHost(2).maxTotal(4));

    @Test
    void aReleasedResourceIsResetAndServesTheNextLeaseOfAnEqualKey() {
        Lease<FakeResource> first = fixture.lease("mx/a");
        FakeResource resource = first.resource();
        first.release();
        Lease<FakeResource> second = fixture.lease("mx/a");

        assertThat(second.resource()).isSameAs(resource);
        assertThat(resource.calls).containsExactly("reset");
        assertThat(first.isReused()).isFalse();
        assertThat(second.isReused()).isTrue();
        assertThat(fixture.stats().acquired()).isEqualTo(2);
        assertThat(fixture.stats().reused()).isEqualTo(1);
        assertThat(fixture.stats().opened()).isEqualTo(1);
    }

    @Test
    void aResourceNeverServesAnotherKeyOfTheSameHost() {
        fixture.reserve("mx/a", 1);

        assertThat(fixture.lease("mx/b").resource().key.name()).isEqualTo("mx/b");
        assertThat(fixture.stats().idle()).isEqualTo(1);
    }

    @Test
    void theMostRecentlyUsedResourceIsReusedFirst() {
        Lease<FakeResource> first = fixture.lease("mx/a");
        Lease<FakeResource> second = fixture.lease("mx/a");
        FakeResource last = first.resource();
        second.release();
        first.release();

        assertThat(fixture.lease("mx/a").resource()).isSameAs(last);
    }

    @Test
    void aFreshLeaseLeavesTheReserveAlone() {
        fixture.reserve("mx/a", 1);
        Lease<FakeResource> lease = now(fixture.askFresh("mx/a"));

        assertThat(lease.isReused()).isFalse();
        assertThat(fixture.stats().idle()).isEqualTo(1);
    }

    @Test
    void aFreshLeaseCountsAgainstTheLimitAndTheReserveGivesWayToIt() {
        fixture.reserve("mx/a", 2);
        Lease<FakeResource> lease = now(fixture.askFresh("mx/a"));

        assertThat(lease.resource().number).isEqualTo(2);
        assertThat(fixture.stats().open()).isEqualTo(2);
        assertThat(fixture.stats().discarded(DiscardReason.MADE_ROOM)).isEqualTo(1);
    }

    @Test
    void aReturnedResourceIsNotHandedToAWaiterThatWantsAFreshOne() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> fresh = fixture.askFresh("mx/a");
        one.release();

        assertThat(now(fresh).isReused()).isFalse();
        assertThat(fixture.opened.get(0).calls).containsExactly("close");
    }

    @Test
    void onlyTheFirstOfReleaseAndDiscardTakesEffect() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        FakeResource resource = lease.resource();
        lease.release();
        lease.discard(DiscardReason.BROKEN);
        lease.release();

        assertThat(resource.calls).containsExactly("reset");
        assertThat(fixture.stats().idle()).isEqualTo(1);
        assertThatThrownBy(lease::resource).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aLateReturnDoesNotTouchTheNextLeaseOfTheSameResource() {
        Lease<FakeResource> first = fixture.lease("mx/a");
        first.release();
        Lease<FakeResource> second = fixture.lease("mx/a");
        first.discard(DiscardReason.BROKEN);

        assertThat(second.resource().calls).containsExactly("reset");
        assertThat(fixture.stats().leased()).isEqualTo(1);
    }

    @Test
    void aDiscardedResourceIsClosedWithItsReasonAndNotReset() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        lease.discard(DiscardReason.CALLER);

        assertThat(fixture.opened.get(0).calls).containsExactly("close");
        assertThat(fixture.stats().discarded(DiscardReason.CALLER)).isEqualTo(1);
        assertThat(fixture.stats().open()).isZero();
    }

    @Test
    void aRefusedResetDiscardsTheResourceAndTheWaiterGetsANewOne() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx/a");
        one.resource().reset = CompletableFuture.completedFuture(false);
        one.release();

        assertThat(now(waiter).isReused()).isFalse();
        assertThat(fixture.stats().discarded(DiscardReason.RESET_REFUSED)).isEqualTo(1);
    }

    @Test
    void aFailedResetDiscardsTheResource() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        lease.resource().reset = CompletableFuture.failedFuture(new IOException("gone"));
        lease.release();

        assertThat(fixture.stats().discarded(DiscardReason.RESET_REFUSED)).isEqualTo(1);
        assertThat(fixture.stats().open()).isZero();
    }

    @Test
    void aResetThatNeverEndsIsGivenUpAndItsLateAnswerIsIgnored() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        FakeResource resource = lease.resource();
        resource.reset = new CompletableFuture<>();
        lease.release();
        assertThat(fixture.stats().leased()).isEqualTo(1);
        fixture.timers.advance(Duration.ofSeconds(20));
        resource.reset.complete(true);

        assertThat(resource.calls).containsExactly("reset", "close");
        assertThat(fixture.stats().open()).isZero();
    }

    @Test
    void aResourceIsNotHandedOverBeforeItsResetHasSucceeded() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx/a");
        FakeResource resource = one.resource();
        resource.reset = new CompletableFuture<>();
        one.release();
        assertThat(waiter).isNotDone();
        resource.reset.complete(true);

        assertThat(now(waiter).resource()).isSameAs(resource);
    }

    @Test
    void aResourceThatIsNoLongerUsableWhenItComesBackIsDiscardedWithoutReset() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        lease.resource().usable = false;
        lease.release();

        assertThat(fixture.opened.get(0).calls).containsExactly("close");
        assertThat(fixture.stats().discarded(DiscardReason.BROKEN)).isEqualTo(1);
    }

    @Test
    void aResourceThatReportsItsEndInReserveIsDroppedAtOnceAndItsSlotIsFree() {
        fixture.reserve("mx/a", 1);
        FakeResource resource = fixture.opened.get(0).closingSlowly();
        resource.die();

        assertThat(resource.calls).containsExactly("reset", "close");
        assertThat(fixture.stats().open()).isZero();
        assertThat(fixture.stats().discarded(DiscardReason.DIED_IDLE)).isEqualTo(1);
    }

    @Test
    void aResourceFoundUnusableInReserveIsReplacedWithoutTheCallerNoticing() {
        fixture.reserve("mx/a", 2);
        fixture.opened.forEach(resource -> resource.usable = false);
        Lease<FakeResource> lease = fixture.lease("mx/a");

        assertThat(lease.isReused()).isFalse();
        assertThat(fixture.stats().discarded(DiscardReason.DIED_IDLE)).isEqualTo(2);
        assertThat(fixture.stats().acquired()).isEqualTo(3);
        assertThat(fixture.stats().reused()).isZero();
    }

    @Test
    void aResourceServesAsManyLeasesAsTheLimitSays() {
        PoolFixture few = new PoolFixture(PoolLimits.builder().maxUses(3));
        for (int i = 0; i < 7; i++) {
            few.lease("mx/a").release();
        }

        assertThat(few.stats().opened()).isEqualTo(3);
        assertThat(few.stats().discarded(DiscardReason.MAX_USES)).isEqualTo(2);
    }

    @Test
    void aResourceServesFewerLeasesWhereThePeerSaysSo() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        lease.resource().usesAllowed = 1;
        lease.release();

        assertThat(fixture.stats().discarded(DiscardReason.PEER_LIMIT)).isEqualTo(1);
    }

    @Test
    void aResourceThatThrowsInsteadOfAnsweringIsDiscardedAndLeaksNoSlot() {
        Pool<FakeKey, PooledResource> pool = new Pool<>(key -> CompletableFuture.completedFuture(new Rude()),
            PoolLimits.builder().maxPerHost(1).build(), OpeningGate.open(), fixture.timers, fixture.timers::now, () -> 0);
        now2(pool).release();
        now2(pool).release();

        assertThat(pool.stats().open()).isZero();
        assertThat(pool.stats().discarded(DiscardReason.BROKEN)).isEqualTo(2);
    }

    private static Lease<PooledResource> now2(Pool<FakeKey, PooledResource> pool) {
        return pool.acquire(FakeKey.of("mx/a"), PoolFixture.WAIT).join();
    }

    @Test
    void aFailedOpenReachesItsWaiterUnwrappedAndGivesItsSlotBack() {
        IOException cause = new IOException("connection refused");
        fixture.failure = cause;
        for (int i = 0; i < 10; i++) {
            CompletableFuture<Lease<FakeResource>> refused = fixture.ask("mx/a");
            assertThatThrownBy(refused::join).isInstanceOf(CompletionException.class).hasCause(cause);
        }
        fixture.failure = null;
        fixture.reserve("mx/a", 2);

        assertThat(fixture.stats().failedToOpen()).isEqualTo(10);
        assertThat(fixture.stats().open()).isEqualTo(2);
    }

    @Test
    void aFactoryThatThrowsOrReturnsNullGivesItsSlotBack() {
        AtomicInteger calls = new AtomicInteger();
        Pool<FakeKey, FakeResource> pool = new Pool<>(key -> switch (calls.getAndIncrement()) {
            case 0 -> throw new IllegalArgumentException("no such address");
            case 1 -> null;
            case 2 -> CompletableFuture.completedFuture(null);
            default -> CompletableFuture.completedFuture(new FakeResource(key, 0));
        }, PoolLimits.builder().maxPerHost(1).build(), OpeningGate.open(), fixture.timers, fixture.timers::now, () -> 0);
        for (int i = 0; i < 3; i++) {
            assertThat(pool.acquire(FakeKey.of("mx/a"), PoolFixture.WAIT)).isCompletedExceptionally();
        }

        assertThat(pool.acquire(FakeKey.of("mx/a"), PoolFixture.WAIT)).isCompleted();
    }

    @Test
    void thousandsOfWaitersServedByFuturesThatCompleteAtOnceDoNotExhaustTheStack() {
        PoolFixture deep = new PoolFixture(PoolLimits.builder().maxPerHost(1).maxWaitersPerHost(100_000).maxWaiters(100_000));
        Lease<FakeResource> first = deep.lease("mx/a");
        AtomicInteger served = new AtomicInteger();
        for (int i = 0; i < 50_000; i++) {
            CompletableFuture<Void> unused = deep.ask("mx/a").thenAccept(lease -> {
                served.incrementAndGet();
                lease.discard(DiscardReason.CALLER);
            });
        }
        first.release();

        assertThat(served).hasValue(50_000);
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        PoolLimits.Builder builder = PoolLimits.builder();
        assertThatThrownBy(() -> builder.maxPerHost(0)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("maxPerHost");
        assertThatThrownBy(() -> builder.idleTimeout(Duration.ZERO)).hasMessageContaining("idleTimeout");
        assertThatThrownBy(() -> builder.maxAge(Duration.ofSeconds(-1))).hasMessageContaining("maxAge");
        assertThatThrownBy(() -> PoolLimits.builder().maxPerHost(9).maxTotal(8).build()).hasMessageContaining("maxTotal 8");
    }

    @Test
    void limitsAreEqualIfEveryLimitIs() {
        assertThat(PoolLimits.builder().maxAge(Duration.ofMinutes(5)).build()).isEqualTo(PoolLimits.DEFAULTS)
            .hasSameHashCodeAs(PoolLimits.DEFAULTS).hasToString(PoolLimits.DEFAULTS.toString());
        assertThat(PoolLimits.builder().closeTimeout(Duration.ofSeconds(1)).build()).isNotEqualTo(PoolLimits.DEFAULTS);
    }

    private static final class Rude implements PooledResource {
        @Override
        public boolean isUsable() {
            throw new IllegalStateException("usable?");
        }

        @Override
        public CompletableFuture<Boolean> reset() {
            throw new IllegalStateException("reset?");
        }

        @Override
        public CompletableFuture<Void> close() {
            throw new IllegalStateException("close?");
        }

        @Override
        public void abort() {
            throw new IllegalStateException("abort?");
        }

        @Override
        public void onClosed(Runnable action) {
        }
    }
}
