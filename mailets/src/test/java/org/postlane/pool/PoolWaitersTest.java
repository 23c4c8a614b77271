// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.pool.PoolFixture.now;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

/** Limits per host and in all, and who comes next when they are reached. */
class PoolWaitersTest {
    private final PoolFixture fixture = new PoolFixture(PoolLimits.builder().maxPerHost(2).maxTotal(3).maxWaitersPerHost(4)
        .maxWaiters(6));

    private static void assertFailed(CompletableFuture<?> future, Class<? extends Throwable> with) {
        assertThat(future).isCompletedExceptionally();
        assertThat(future.handle((value, failure) -> failure).join()).isInstanceOf(with);
    }

    @Test
    void noMoreAreOpenedForAHostThanAllowedAndThoseBeingOpenedCount() {
        PoolFixture three = new PoolFixture(PoolLimits.builder().maxPerHost(3).maxTotal(9));
        three.lease("mx/a");
        three.lease("mx/a");
        three.slow = true;
        for (int i = 0; i < 4; i++) {
            assertThat(three.ask("mx/" + i)).isNotDone();
        }

        assertThat(three.attempts).hasSize(1);
        assertThat(three.stats().opening()).isEqualTo(1);
        assertThat(three.stats().waiting()).isEqualTo(4);
    }

    @Test
    void noMoreAreOpenedInAllThanAllowed() {
        fixture.slow = true;
        for (String key : List.of("mx1/a", "mx2/a", "mx3/a", "mx4/a")) {
            assertThat(fixture.ask(key)).isNotDone();
        }

        assertThat(fixture.attempts).hasSize(3);
    }

    @Test
    void aConnectionThatIsClosingCountsUntilItIsGone() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx/a");
        FakeResource closing = one.resource().closingSlowly();
        one.discard(DiscardReason.BROKEN);
        assertThat(waiter).isNotDone();
        assertThat(fixture.stats().closing()).isEqualTo(1);
        closing.close.complete(null);

        assertThat(now(waiter).isReused()).isFalse();
    }

    @Test
    void aConnectionThatReportsItsEndWhileClosingFreesItsSlotOnce() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        FakeResource closing = one.resource().closingSlowly();
        one.discard(DiscardReason.BROKEN);
        closing.die();
        closing.close.complete(null);

        assertThat(fixture.stats().open()).isZero();
        fixture.reserve("mx/a", 2);
        assertThat(fixture.ask("mx/b")).isCompleted();
    }

    @Test
    void aFarewellThatNeverEndsIsCutShortAndItsSlotIsFree() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        FakeResource resource = lease.resource().closingSlowly();
        lease.discard(DiscardReason.CALLER);
        fixture.timers.advance(Duration.ofSeconds(10));

        assertThat(resource.calls).containsExactly("close", "abort");
        assertThat(fixture.stats().open()).isZero();
    }

    @Test
    void aFarewellThatFailsIsCutShort() {
        Lease<FakeResource> lease = fixture.lease("mx/a");
        lease.resource().close = CompletableFuture.failedFuture(new IOException("reset by peer"));
        lease.discard(DiscardReason.CALLER);

        assertThat(fixture.opened.get(0).calls).containsExactly("close", "abort");
        assertThat(fixture.stats().open()).isZero();
    }

    @Test
    void waitersOfAHostAreServedInTheOrderOfTheirArrival() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> first = fixture.ask("mx/a");
        CompletableFuture<Lease<FakeResource>> second = fixture.ask("mx/a");
        one.release();
        assertThat(second).isNotDone();
        now(first).release();

        assertThat(now(second).isReused()).isTrue();
    }

    @Test
    void aFailedOpenServesTheNextWaiter() {
        fixture.slow = true;
        List<CompletableFuture<Lease<FakeResource>>> waiters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiters.add(fixture.ask("mx/" + i));
        }
        fixture.failOpening(new IOException("refused"));
        assertFailed(waiters.get(0), IOException.class);
        fixture.finishOpening();
        fixture.finishOpening();

        assertThat(now(waiters.get(1)).resource().key.name()).isEqualTo("mx/1");
        assertThat(now(waiters.get(2)).resource().key.name()).isEqualTo("mx/2");
    }

    @Test
    void aReturnedConnectionServesAWaiterWhoseOwnIsStillBeingOpened() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        fixture.slow = true;
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx/a");
        CompletableFuture<Lease<FakeResource>> next = fixture.ask("mx/a");
        one.release();
        assertThat(now(waiter).isReused()).isTrue();
        assertThat(next).isNotDone();
        fixture.finishOpening();

        assertThat(now(next).isReused()).isFalse();
        assertThat(fixture.attempts).isEmpty();
    }

    @Test
    void theOldestWaiterGetsTheConnectionThatIsOpenFirst() {
        fixture.slow = true;
        CompletableFuture<Lease<FakeResource>> first = fixture.ask("mx/a");
        CompletableFuture<Lease<FakeResource>> second = fixture.ask("mx/a");
        fixture.attempts.addLast(fixture.attempts.removeFirst());
        fixture.finishOpening();
        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        fixture.finishOpening();

        assertThat(second).isCompleted();
    }

    @Test
    void aConnectionOpenedForNobodyGoesToReserveAndCountsAsReusedLater() {
        fixture.slow = true;
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx/a");
        waiter.cancel(false);
        fixture.finishOpening();
        assertThat(fixture.stats().idle()).isEqualTo(1);

        assertThat(fixture.lease("mx/a").isReused()).isTrue();
    }

    @Test
    void theOldestWaiterOfAHostGetsTheSlotEvenIfTheReturnedConnectionDoesNotSuit() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> other = fixture.ask("mx/b");
        CompletableFuture<Lease<FakeResource>> same = fixture.ask("mx/a");
        one.release();

        assertThat(now(other).resource().key.name()).isEqualTo("mx/b");
        assertThat(same).isNotDone();
        assertThat(fixture.opened.get(0).calls).as("not reset in vain").containsExactly("close");
        assertThat(fixture.stats().discarded(DiscardReason.MADE_ROOM)).isEqualTo(1);
    }

    @Test
    void oneClosingConnectionMakesRoomForOneWaiterAndTheNextReturnedOneIsReused() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        Lease<FakeResource> two = fixture.lease("mx/a");
        FakeResource closing = one.resource().closingSlowly();
        CompletableFuture<Lease<FakeResource>> other = fixture.ask("mx/b");
        CompletableFuture<Lease<FakeResource>> same = fixture.ask("mx/a");
        one.release();
        two.release();
        assertThat(now(same).isReused()).isTrue();
        closing.close.complete(null);

        assertThat(now(other).isReused()).isFalse();
    }

    @Test
    void theReserveOfAFullHostGivesWayToAnotherKey() {
        fixture.reserve("mx/a", 2);

        assertThat(fixture.lease("mx/b").resource().key.name()).isEqualTo("mx/b");
        assertThat(fixture.stats().idle()).isEqualTo(1);
        assertThat(fixture.stats().discarded(DiscardReason.MADE_ROOM)).isEqualTo(1);
    }

    @Test
    void theLeastRecentlyUsedConnectionOfAnotherHostGivesWayWhenTheTotalIsReached() {
        fixture.reserve("mx1/a", 1);
        fixture.reserve("mx2/a", 1);
        fixture.reserve("mx3/a", 1);
        fixture.reserve("mx1/a", 1);
        fixture.lease("mx4/a");

        assertThat(fixture.opened.get(1).key.name()).isEqualTo("mx2/a");
        assertThat(fixture.opened.get(1).calls).containsExactly("reset", "close");
        assertThat(fixture.stats().discarded(DiscardReason.MADE_ROOM)).isEqualTo(1);
        assertThat(fixture.stats().open()).isEqualTo(3);
    }

    @Test
    void noMoreGiveWayThanThereAreWaitersWhileTheFarewellsLast() {
        fixture.reserve("mx1/a", 2);
        fixture.reserve("mx2/a", 1);
        fixture.opened.forEach(FakeResource::closingSlowly);
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx3/a");
        assertThat(fixture.stats().closing()).isEqualTo(1);
        assertThat(fixture.stats().idle()).isEqualTo(2);
        assertThat(waiter).isNotDone();
        fixture.opened.get(0).close.complete(null);

        assertThat(waiter).isCompleted();
    }

    @Test
    void theOldestWaiterInThePoolWhoseHostHasRoomGoesFirst() {
        fixture.lease("mx1/a");
        fixture.lease("mx1/a");
        Lease<FakeResource> other = fixture.lease("mx2/a");
        CompletableFuture<Lease<FakeResource>> full = fixture.ask("mx1/a");
        CompletableFuture<Lease<FakeResource>> older = fixture.ask("mx3/a");
        CompletableFuture<Lease<FakeResource>> younger = fixture.ask("mx4/a");
        other.discard(DiscardReason.CALLER);

        assertThat(older).isCompleted();
        assertThat(full).isNotDone();
        assertThat(younger).isNotDone();
    }

    @Test
    void aHostWithWaitersOfItsOwnGivesAConnectionToAnOlderWaiterWhoseHostHasNone() {
        Lease<FakeResource> one = fixture.lease("mx1/a");
        fixture.lease("mx1/a");
        fixture.lease("mx2/a");
        CompletableFuture<Lease<FakeResource>> older = fixture.ask("mx3/a");
        CompletableFuture<Lease<FakeResource>> own = fixture.ask("mx1/a");
        one.release();

        assertThat(older).isCompleted();
        assertThat(own).isNotDone();
    }

    @Test
    void hostsWithEqualSharesDoNotTakeConnectionsFromEachOther() {
        PoolFixture two = new PoolFixture(PoolLimits.builder().maxPerHost(2).maxTotal(2));
        Lease<FakeResource> one = two.lease("mx1/a");
        two.lease("mx2/a");
        CompletableFuture<Lease<FakeResource>> older = two.ask("mx2/a");
        CompletableFuture<Lease<FakeResource>> own = two.ask("mx1/a");
        one.release();

        assertThat(now(own).isReused()).isTrue();
        assertThat(older).isNotDone();
    }

    @Test
    void aWaiterWhoseTimeIsOverFailsAndTheLeaseGoesToTheNext() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> late = fixture.pool.acquire(FakeKey.of("mx/a"), Duration.ofSeconds(5));
        CompletableFuture<Lease<FakeResource>> patient = fixture.ask("mx/a");
        fixture.timers.advance(Duration.ofSeconds(5));
        assertFailed(late, AcquireTimeoutException.class);
        one.release();

        assertThat(patient).isCompleted();
        assertThat(fixture.stats().timedOut()).isEqualTo(1);
    }

    @Test
    void aCancelledWaiterLeavesTheLineAndItsTimerEnds() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> cancelled = fixture.ask("mx/a");
        CompletableFuture<Lease<FakeResource>> patient = fixture.ask("mx/a");
        cancelled.cancel(false);
        assertThat(fixture.stats().waiting()).isEqualTo(1);
        one.release();
        assertThat(patient).isCompleted();

        assertThat(fixture.timers.pending()).isZero();
    }

    @Test
    void aLeaseThatMeetsADeadWaiterGoesToTheNext() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        fixture.lease("mx/a");
        List<CompletableFuture<Lease<FakeResource>>> waiters = new ArrayList<>();
        // The first waiter's lease cancels the second at the moment at which the second's is on its way.
        waiters.add(fixture.ask("mx/b"));
        waiters.add(fixture.ask("mx/b"));
        waiters.add(fixture.ask("mx/b"));
        CompletableFuture<Void> unused = waiters.get(0).thenAccept(lease -> {
            lease.release();
            waiters.get(1).cancel(false);
        });
        one.discard(DiscardReason.CALLER);

        assertThat(now(waiters.get(2)).resource().key.name()).isEqualTo("mx/b");
        assertThat(fixture.stats().acquired()).isEqualTo(4);
        assertThat(fixture.stats().leased()).isEqualTo(2);
    }

    @Test
    void tooManyWaitersForAHostAreRefused() {
        fixture.slow = true;
        for (int i = 0; i < 4; i++) {
            assertThat(fixture.ask("mx/a")).isNotDone();
        }

        assertFailed(fixture.ask("mx/a"), PoolExhaustedException.class);
        assertThat(fixture.ask("mx2/a")).isNotDone();
    }

    @Test
    void tooManyWaitersInAllAreRefused() {
        fixture.slow = true;
        for (int i = 0; i < 6; i++) {
            assertThat(fixture.ask("mx" + i % 3 + "/a")).isNotDone();
        }

        assertFailed(fixture.ask("mx9/a"), PoolExhaustedException.class);
    }

    @Test
    void withoutTimeToWaitOnlyTheReserveWillDo() {
        assertFailed(fixture.pool.acquire(FakeKey.of("mx/a"), Duration.ZERO), AcquireTimeoutException.class);
        assertThat(fixture.stats().opened()).isZero();
        fixture.reserve("mx/a", 1);

        assertThat(fixture.pool.acquire(FakeKey.of("mx/a"), Duration.ZERO)).isCompleted();
    }
}
