// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.pool.PoolFixture.now;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

/** Leases behind leases: whom a holder lets follow, and what becomes of the resource when several have it. */
class PoolFollowersTest {
    private final PoolFixture fixture = new PoolFixture(PoolLimits.builder().maxPerHost(2).maxTotal(3).maxUses(5));

    /** A lease of something that so many may have at once, as long as nobody is let follow. */
    private static Lease<FakeResource> shareable(Lease<FakeResource> lease, int most) {
        lease.resource().leasesAtOnce = most;
        return lease;
    }

    private Lease<FakeResource> shareable(String key, int most) {
        return shareable(fixture.lease(key), most);
    }

    @Test
    void whoWouldWaitInLineFollowsWhoLetsHim() {
        Lease<FakeResource> first = shareable("mx/a", 2);
        Lease<FakeResource> other = shareable("mx/a", 2);
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx/a");
        assertThat(waiter).isNotDone();
        first.letFollow();

        assertThat(now(waiter).resource()).isSameAs(first.resource());
        assertThat(now(waiter).isFollowing()).isTrue();
        assertThat(now(waiter).isReused()).isTrue();
        assertThat(first.isFollowing()).isFalse();
        assertThat(other.isFollowing()).isFalse();
        assertThat(fixture.stats().leased()).as("connections").isEqualTo(2);
        assertThat(fixture.stats().followed()).isEqualTo(1);
    }

    @Test
    void nobodyFollowsWhileAConnectionCanBeOpenedOrLiesInReserve() {
        Lease<FakeResource> first = shareable("mx/a", 2);
        first.letFollow();
        Lease<FakeResource> second = fixture.lease("mx/a");
        assertThat(second.isFollowing()).isFalse();
        second.release();

        assertThat(fixture.lease("mx/a").resource()).isSameAs(fixture.opened.get(1));
        assertThat(fixture.stats().followed()).isZero();
    }

    @Test
    void whoComesLaterFollowsToo() {
        Lease<FakeResource> first = shareable("mx/a", 2);
        fixture.lease("mx/a");
        first.letFollow();

        assertThat(fixture.lease("mx/a").isFollowing()).isTrue();
    }

    @Test
    void nobodyFollowsAFollowerWhoHasNotLetHim() {
        Lease<FakeResource> first = shareable("mx/a", 3);
        fixture.lease("mx/a");
        first.letFollow();
        Lease<FakeResource> second = fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> third = fixture.ask("mx/a");
        first.letFollow();
        assertThat(third).isNotDone();
        first.release();
        assertThat(third).as("the first has gone, but the second is alone with the word").isNotDone();
        second.letFollow();

        assertThat(now(third).resource()).isSameAs(second.resource());
    }

    @Test
    void noMoreAreOutThanTheResourceAllowsAndTheNextComesWhenOneIsBack() {
        Lease<FakeResource> first = shareable("mx/a", 2);
        fixture.lease("mx/a");
        first.letFollow();
        Lease<FakeResource> second = fixture.lease("mx/a");
        second.letFollow();
        CompletableFuture<Lease<FakeResource>> third = fixture.ask("mx/a");
        assertThat(third).isNotDone();
        first.release();

        assertThat(now(third).resource()).isSameAs(second.resource());
        assertThat(second.resource().calls).as("no reset while others have it").isEmpty();
    }

    @Test
    void aResourceThatAllowsOneIsNeverShared() {
        Lease<FakeResource> first = fixture.lease("mx/a");
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx/a");
        first.letFollow();
        assertThat(waiter).isNotDone();
        first.release();
        assertThat(now(waiter).isFollowing()).isFalse();
    }

    @Test
    void theResourceIsLookedAtAndResetWhenTheLastIsBack() {
        Lease<FakeResource> first = shareable("mx/a", 2);
        fixture.lease("mx/a");
        first.letFollow();
        Lease<FakeResource> second = fixture.lease("mx/a");
        FakeResource resource = first.resource();
        second.release();
        assertThat(resource.calls).isEmpty();
        assertThat(fixture.stats().idle()).isZero();
        first.release();

        assertThat(resource.calls).containsExactly("reset");
        assertThat(fixture.stats().idle()).isEqualTo(1);
    }

    @Test
    void theLeastLoadedIsTakenFirst() {
        Lease<FakeResource> first = shareable("mx/a", 5);
        Lease<FakeResource> second = shareable("mx/a", 5);
        List<CompletableFuture<Lease<FakeResource>>> waiters = new ArrayList<>();
        first.letFollow();
        now(fixture.ask("mx/a")).letFollow();
        second.letFollow();
        for (int i = 0; i < 3; i++) {
            waiters.add(fixture.ask("mx/a"));
            now(waiters.get(i)).letFollow();
        }

        assertThat(waiters).extracting(waiter -> now(waiter).resource().number).startsWith(1).contains(0);
    }

    @Test
    void aFollowerOfAnotherKeyOrOfNothingUsedDoesNotFollow() {
        Lease<FakeResource> first = shareable("mx/a", 2);
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> otherKey = fixture.ask("mx/b");
        first.letFollow();
        assertThat(otherKey).isNotDone();
        CompletableFuture<Lease<FakeResource>> fresh = fixture.askFresh("mx/a");
        assertThat(fresh).isNotDone();
    }

    @Test
    void whoNeedsTheSlotForAnotherKeyIsNotPassedForEverByThoseWhoFollow() {
        Lease<FakeResource> first = shareable("mx/a", 2);
        Lease<FakeResource> second = shareable("mx/a", 2);
        CompletableFuture<Lease<FakeResource>> otherKey = fixture.ask("mx/b");
        CompletableFuture<Lease<FakeResource>> younger = fixture.ask("mx/a");
        first.letFollow();
        second.letFollow();
        assertThat(younger).as("the older one needs a slot first").isNotDone();
        first.release();

        assertThat(now(otherKey).resource().key).isEqualTo(FakeKey.of("mx/b"));
        assertThat(now(younger).resource()).isSameAs(second.resource());
    }

    @Test
    void whoNeedsTheSlotForAnotherHostIsNotPassedForEverByThoseWhoFollow() {
        Lease<FakeResource> first = shareable("mx1/a", 2);
        shareable("mx1/a", 2);
        fixture.lease("mx2/a");
        CompletableFuture<Lease<FakeResource>> otherHost = fixture.ask("mx3/a");
        CompletableFuture<Lease<FakeResource>> younger = fixture.ask("mx1/a");
        first.letFollow();
        assertThat(younger).as("the total is reached, and the other host has nothing").isNotDone();
        first.release();

        assertThat(otherHost).isCompleted();
    }

    @Test
    void usesAndWhatThePeerAllowsCountWithFollowers() {
        Lease<FakeResource> first = shareable("mx/a", 9);
        fixture.lease("mx/a");
        first.letFollow();
        List<Lease<FakeResource>> all = new ArrayList<>(List.of(first));
        for (int i = 1; i < 5; i++) {
            all.add(fixture.lease("mx/a"));
            all.get(i).letFollow();
        }
        CompletableFuture<Lease<FakeResource>> sixth = fixture.ask("mx/a");
        assertThat(sixth).as("after five uses").isNotDone();
        all.forEach(Lease::release);

        assertThat(now(sixth).isReused()).isFalse();
        assertThat(fixture.stats().discarded(DiscardReason.MAX_USES)).isEqualTo(1);
        Lease<FakeResource> limited = shareable(now(sixth), 9);
        limited.resource().usesAllowed = 1;
        CompletableFuture<Lease<FakeResource>> next = fixture.ask("mx/a");
        limited.letFollow();
        assertThat(next).isNotDone();
    }

    @Test
    void nobodyFollowsWhatIsTooOldOrHasEndedOrIsTooMuchByNewLimits() {
        Lease<FakeResource> old = shareable("mx/a", 2);
        Lease<FakeResource> dead = shareable("mx/a", 2);
        fixture.timers.advance(PoolLimits.DEFAULT_MAX_AGE);
        dead.resource().die();
        CompletableFuture<Lease<FakeResource>> waiter = fixture.ask("mx/a");
        old.letFollow();
        dead.letFollow();
        assertThat(waiter).isNotDone();
    }

    @Test
    void whatOneOfThemDiscardsNobodyFollowsAndItEndsWithTheLast() {
        Lease<FakeResource> first = shareable("mx/a", 3);
        fixture.lease("mx/a");
        first.letFollow();
        Lease<FakeResource> second = fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> third = fixture.ask("mx/a");
        FakeResource resource = first.resource();
        first.discard(DiscardReason.CALLER);
        second.letFollow();
        assertThat(third).isNotDone();
        assertThat(resource.calls).isEmpty();
        second.release();

        assertThat(resource.calls).containsExactly("close");
        assertThat(fixture.stats().discarded(DiscardReason.CALLER)).isEqualTo(1);
        assertThat(now(third).isReused()).isFalse();
    }

    @Test
    void whoLetsFollowTooLateLetsNobodyInOnSomebodyElse() {
        Lease<FakeResource> first = shareable("mx/a", 3);
        fixture.lease("mx/a");
        first.release();
        Lease<FakeResource> second = fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> third = fixture.ask("mx/a");
        first.letFollow();

        assertThat(second.resource().number).isZero();
        assertThat(third).isNotDone();
    }

    @Test
    void whoHasAnOpeningOfHisOwnComesBeforeThoseInLineAndLeavesItToThem() {
        PoolFixture three = new PoolFixture(PoolLimits.builder().maxPerHost(3).maxTotal(9));
        Lease<FakeResource> first = shareable(three.lease("mx/a"), 3);
        three.slow = true;
        CompletableFuture<Lease<FakeResource>> opening = three.ask("mx/a");
        CompletableFuture<Lease<FakeResource>> inLine = three.ask("mx/a");
        first.letFollow();
        assertThat(now(opening).resource()).isSameAs(first.resource());
        assertThat(inLine).isNotDone();
        three.finishOpening();

        assertThat(now(inLine).isFollowing()).isFalse();
    }

    @Test
    void whoWaitsForHisOwnOpeningAloneWaitsForIt() {
        Lease<FakeResource> first = shareable("mx/a", 2);
        fixture.slow = true;
        CompletableFuture<Lease<FakeResource>> opening = fixture.ask("mx/a");
        first.letFollow();
        assertThat(opening).isNotDone();
        fixture.finishOpening();
        assertThat(now(opening).isReused()).isFalse();
    }

    /** Two waiters who may follow at once; {@code between} runs in another thread, when both are decided and one is there. */
    private void serveTwoAnd(Lease<FakeResource> first, Lease<FakeResource> second,
                             List<CompletableFuture<Lease<FakeResource>>> waiters, Runnable between) {
        CompletableFuture<Lease<FakeResource>> inTheWay = fixture.ask("mx/b");
        waiters.add(fixture.ask("mx/a"));
        waiters.add(fixture.ask("mx/a"));
        CompletableFuture<Void> unused = waiters.get(0).thenRun(() -> CompletableFuture.runAsync(between).join());
        first.letFollow();
        second.letFollow();
        assertThat(waiters).noneMatch(CompletableFuture::isDone);
        inTheWay.cancel(false);
    }

    @Test
    void aFollowerKnowsThatHeFollowsAlsoWhenTheOthersAreBackBeforeHeHasIt() {
        Lease<FakeResource> first = shareable("mx/a", 2);
        Lease<FakeResource> second = shareable("mx/a", 2);
        List<CompletableFuture<Lease<FakeResource>>> waiters = new ArrayList<>();
        serveTwoAnd(first, second, waiters, second::release);

        assertThat(now(waiters.get(1)).resource()).isSameAs(fixture.opened.get(1));
        assertThat(now(waiters.get(1)).isFollowing()).isTrue();
    }

    @Test
    void aFollowerWhoIsGoneBeforeHeHasItLeavesAResourceThatIsLookedAtAndReset() {
        Lease<FakeResource> first = shareable("mx/a", 2);
        Lease<FakeResource> second = shareable("mx/a", 2);
        List<CompletableFuture<Lease<FakeResource>>> waiters = new ArrayList<>();
        serveTwoAnd(first, second, waiters, () -> {
            second.release();
            waiters.get(1).cancel(false);
        });

        assertThat(fixture.opened.get(1).calls).containsExactly("reset");
        assertThat(fixture.stats().idle()).isEqualTo(1);
        assertThat(fixture.stats().acquired()).isEqualTo(3);
        assertThat(fixture.stats().followed()).isEqualTo(1);
    }

    @Test
    void aClosedPoolLetsNobodyFollowAndEndsWhenTheLastIsBack() {
        Lease<FakeResource> first = shareable("mx/a", 2);
        fixture.lease("mx/a").release();
        fixture.lease("mx/a");
        first.letFollow();
        Lease<FakeResource> second = fixture.lease("mx/a");
        CompletableFuture<Void> closed = fixture.pool.close(Duration.ofMinutes(1));
        FakeResource resource = first.resource();
        first.release();
        assertThat(resource.calls).isEmpty();
        second.release();

        assertThat(resource.calls).containsExactly("close");
        assertThat(closed).isNotDone();
        assertThat(fixture.ask("mx/a")).isCompletedExceptionally();
    }
}
