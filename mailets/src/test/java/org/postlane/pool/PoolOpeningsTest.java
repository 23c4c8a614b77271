// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.pool.PoolFixture.failureOf;
import static org.postlane.pool.PoolFixture.now;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

/** How many connections to a host may be opening, and what becomes of those who wait behind them. */
class PoolOpeningsTest {
    private final PoolFixture fixture = new PoolFixture(PoolLimits.builder().maxPerHost(8).maxTotal(12));

    private List<CompletableFuture<Lease<FakeResource>>> ask(String key, int times) {
        List<CompletableFuture<Lease<FakeResource>>> asked = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            asked.add(fixture.ask(key));
        }
        return asked;
    }

    private void finishAll(int expected) {
        assertThat(fixture.attempts).hasSize(expected);
        List<PoolFixture.Attempt> round = new ArrayList<>(fixture.attempts);
        round.forEach(attempt -> fixture.finishOpening());
    }

    @Test
    void aHostThatHasNotAnsweredYetGetsOneConnectionHoweverManyWait() {
        fixture.slow = true;
        ask("mx/a", 20);

        assertThat(fixture.attempts).hasSize(1);
        assertThat(fixture.stats().opening()).isEqualTo(1);
        assertThat(fixture.stats().waiting()).isEqualTo(20);
    }

    @Test
    void aHostThatAnswersGetsAsManyMoreAsItHasUntilItsLimit() {
        fixture.slow = true;
        List<CompletableFuture<Lease<FakeResource>>> asked = ask("mx/a", 20);
        List<Integer> inGoodOrder = new ArrayList<>();
        while (!fixture.attempts.isEmpty()) {
            int good = fixture.stats().leased();
            assertThat(fixture.attempts.size()).isEqualTo(Math.min(Math.max(1, good), 8 - good));
            fixture.finishOpening();
            inGoodOrder.add(fixture.stats().leased());
        }

        assertThat(inGoodOrder).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(asked.subList(0, 8)).allMatch(CompletableFuture::isDone);
        assertThat(asked.subList(8, 20)).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void eachRoundOfOpeningsDoublesWhatIsOpen() {
        fixture.slow = true;
        ask("mx/a", 1);
        finishAll(1);
        ask("mx/a", 1);
        finishAll(1);
        ask("mx/a", 2);
        finishAll(2);
        ask("mx/a", 4);

        finishAll(4);
    }

    @Test
    void otherKeysOfTheHostShareTheRule() {
        fixture.slow = true;
        for (int i = 0; i < 5; i++) {
            assertThat(fixture.ask("mx/" + i)).isNotDone();
        }
        assertThat(fixture.attempts).hasSize(1);
        fixture.finishOpening();

        assertThat(fixture.attempts).hasSize(1);
    }

    @Test
    void hostsThatDoNotAnswerHoldOneConnectionEachAndLeaveTheOthersAlone() {
        fixture.slow = true;
        for (int host = 0; host < 4; host++) {
            ask("tarpit" + host + "/a", 10);
        }
        fixture.slow = false;
        List<CompletableFuture<Lease<FakeResource>>> asked = ask("mx/a", 8);

        assertThat(asked).allMatch(CompletableFuture::isDone);
        assertThat(fixture.stats().opening()).isEqualTo(4);
    }

    @Test
    void aConnectionThatHasEndedInItsHoldersHandsProvesNothing() {
        fixture.lease("mx/a");
        Lease<FakeResource> dead = fixture.lease("mx/a");
        dead.resource().die();
        fixture.slow = true;
        ask("mx/a", 5);

        assertThat(fixture.attempts).hasSize(1);
        assertThat(fixture.stats().leased()).as("its slot is its holder's still").isEqualTo(2);
    }

    @Test
    void aConnectionThatIsClosingProvesNothing() {
        Lease<FakeResource> one = fixture.lease("mx/a");
        fixture.lease("mx/a");
        one.resource().closingSlowly();
        one.discard(DiscardReason.BROKEN);
        fixture.slow = true;
        ask("mx/a", 5);

        assertThat(fixture.attempts).hasSize(1);
    }

    @Test
    void aFailureReachesAllWhoWaitForTheSameKeyWhereTheHostHasNoConnectionInGoodOrder() {
        fixture.slow = true;
        List<CompletableFuture<Lease<FakeResource>>> asked = ask("mx/a", 50);
        IOException cause = new IOException("connection refused");
        fixture.failOpening(cause);

        assertThat(asked).allSatisfy(future -> assertThat(failureOf(future)).isSameAs(cause));
        assertThat(fixture.attempts).as("nobody tries in turn").isEmpty();
        assertThat(fixture.stats().failedToOpen()).isEqualTo(1);
        assertThat(fixture.stats().waiting()).isZero();
        assertThat(fixture.pool.hosts()).isEmpty();
    }

    @Test
    void whoComesAfterAFailureTriesAnew() {
        fixture.slow = true;
        ask("mx/a", 3);
        fixture.failOpening(new IOException("connection refused"));
        CompletableFuture<Lease<FakeResource>> later = fixture.ask("mx/a");
        fixture.finishOpening();

        assertThat(later).isCompleted();
    }

    @Test
    void aFailureForOneKeyLeavesAnotherItsTurn() {
        fixture.slow = true;
        List<CompletableFuture<Lease<FakeResource>>> bad = ask("mx/bad-password", 2);
        List<CompletableFuture<Lease<FakeResource>>> good = ask("mx/good-password", 2);
        fixture.failOpening(new IOException("535 5.7.8 no"));
        assertThat(bad).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(good).noneMatch(CompletableFuture::isDone);
        fixture.finishOpening();
        fixture.finishOpening();

        assertThat(good).extracting(future -> now(future).resource().key.name()).containsOnly("mx/good-password");
    }

    @Test
    void aFailureReachesItsOwnWaiterOnlyWhereAnotherConnectionWorks() {
        Lease<FakeResource> works = fixture.lease("mx/a");
        fixture.slow = true;
        List<CompletableFuture<Lease<FakeResource>>> asked = ask("mx/a", 3);
        fixture.failOpening(new IOException("421 too many connections from you"));
        assertThat(asked.get(0)).isCompletedExceptionally();
        works.release();

        assertThat(now(asked.get(1)).isReused()).isTrue();
        assertThat(asked.get(2)).isNotDone();
    }

    @Test
    void theOnesBehindAnOpeningThatStallsFailByTheHostsFaultWhenTheirTimeIsOver() {
        fixture.slow = true;
        CompletableFuture<Lease<FakeResource>> first = fixture.ask("mx/a");
        CompletableFuture<Lease<FakeResource>> behind = fixture.ask("mx/a");
        CompletableFuture<Lease<FakeResource>> otherKey = fixture.ask("mx/b");
        fixture.timers.advance(Duration.ofSeconds(60));

        assertThat(first).isNotDone();
        assertThat(failureOf(behind)).isInstanceOf(OpeningStalledException.class).isNotInstanceOf(PoolException.class);
        assertThat(failureOf(otherKey)).isInstanceOf(AcquireTimeoutException.class);
        assertThat(fixture.stats().timedOut()).isEqualTo(2);
    }

    @Test
    void anOpeningThatHasBegunLaterIsNotToBlameForATimeOut() {
        PoolFixture one = new PoolFixture(PoolLimits.builder().maxPerHost(1).maxTotal(1));
        Lease<FakeResource> taken = one.lease("mx1/a");
        CompletableFuture<Lease<FakeResource>> first = one.ask("mx2/a");
        CompletableFuture<Lease<FakeResource>> behind = one.ask("mx2/a");
        one.timers.advance(Duration.ofSeconds(50));
        one.slow = true;
        taken.discard(DiscardReason.CALLER);
        one.timers.advance(Duration.ofSeconds(10));

        assertThat(first).isNotDone();
        assertThat(failureOf(behind)).isInstanceOf(AcquireTimeoutException.class);
    }

    @Test
    void aWaiterBehindAStalledOpeningIsServedByWhatComesBack() {
        Lease<FakeResource> works = fixture.lease("mx/a");
        fixture.slow = true;
        List<CompletableFuture<Lease<FakeResource>>> asked = ask("mx/a", 3);
        for (int i = 0; i < 3; i++) {
            FakeResource resource = works.resource();
            works.release();
            works = now(asked.get(i));
            assertThat(works.resource()).isSameAs(resource);
        }

        assertThat(fixture.attempts).hasSize(1);
    }

    @Test
    void aConnectionIsNotGivenUpForAKeyThatMayNotOpenOneYet() {
        PoolFixture three = new PoolFixture(PoolLimits.builder().maxPerHost(3).maxTotal(9));
        Lease<FakeResource> one = three.lease("mx/a");
        three.lease("mx/a");
        three.slow = true;
        CompletableFuture<Lease<FakeResource>> opening = three.ask("mx/b");
        CompletableFuture<Lease<FakeResource>> behind = three.ask("mx/b");
        one.release();
        assertThat(three.stats().idle()).as("with it gone, only one more might be opening, and one is").isEqualTo(1);
        assertThat(three.stats().discarded(DiscardReason.MADE_ROOM)).isZero();
        three.finishOpening();

        assertThat(opening).isCompleted();
        assertThat(three.stats().discarded(DiscardReason.MADE_ROOM)).isEqualTo(1);
        three.finishOpening();
        assertThat(behind).isCompleted();
    }

    @Test
    void aConnectionThatDoesNotSuitRestsWhileTheHostHasFreeSlots() {
        fixture.slow = true;
        CompletableFuture<Lease<FakeResource>> gone = fixture.ask("mx/a");
        CompletableFuture<Lease<FakeResource>> other = fixture.ask("mx/b");
        gone.cancel(false);
        fixture.finishOpening();
        assertThat(fixture.stats().idle()).isEqualTo(1);
        fixture.finishOpening();

        assertThat(now(other).resource().key.name()).isEqualTo("mx/b");
        assertThat(fixture.stats().discarded(DiscardReason.MADE_ROOM)).isZero();
    }

    @Test
    void everyHostShowsWhatItHolds() {
        fixture.reserve("mx1/a", 2);
        fixture.lease("mx1/a");
        Lease<FakeResource> closing = fixture.lease("mx2/a");
        closing.resource().closingSlowly();
        closing.discard(DiscardReason.CALLER);
        fixture.slow = true;
        ask("mx2/b", 3);

        assertThat(fixture.pool.hosts()).extracting(HostStats::toString).containsExactlyInAnyOrder(
            "mx1: open=2 (opening=0, leased=1, idle=1, closing=0), waiting=0",
            "mx2: open=2 (opening=1, leased=0, idle=0, closing=1), waiting=3");
        fixture.pool.close(Duration.ZERO).join();
        assertThat(fixture.pool.hosts()).extracting(HostStats::open).as("what is still being opened").containsOnly(1);
    }

    @Test
    void anOpeningThatIsCutShortIsGivenUpAndItsSlotIsFree() {
        fixture.slow = true;
        CompletableFuture<Lease<FakeResource>> asked = fixture.ask("mx/a");
        CompletableFuture<FakeResource> opening = fixture.attempts.getFirst().future();
        fixture.pool.cutShort(asked, Duration.ZERO);

        assertThat(opening).isCancelled();
        assertThat(failureOf(asked)).isInstanceOf(OpeningStalledException.class);
        assertThat(fixture.stats().open()).isZero();
        assertThat(fixture.stats().discarded(DiscardReason.GAVE_WAY)).isEqualTo(1);
        assertThat(fixture.stats().failedToOpen()).isZero();
        assertThat(fixture.pool.hosts()).isEmpty();
    }

    @Test
    void anOpeningThatSomebodyElseWaitsForGoesOnForHim() {
        fixture.slow = true;
        List<CompletableFuture<Lease<FakeResource>>> asked = ask("mx/a", 2);
        fixture.pool.cutShort(asked.get(0), Duration.ZERO);

        assertThat(asked.get(0)).isCompletedExceptionally();
        assertThat(fixture.attempts).singleElement().satisfies(attempt -> assertThat(attempt.future()).isNotDone());
        fixture.finishOpening();
        assertThat(asked.get(1)).isCompleted();
        assertThat(fixture.stats().discarded(DiscardReason.GAVE_WAY)).isZero();
    }

    @Test
    void anOpeningThatHasJustBegunIsNotCutShortHoweverLongItsCallerHasWaited() {
        PoolFixture one = new PoolFixture(PoolLimits.builder().maxPerHost(1).maxTotal(1));
        Lease<FakeResource> other = one.lease("other/a");
        CompletableFuture<Lease<FakeResource>> asked = one.ask("mx/a");
        one.timers.advance(Duration.ofSeconds(30));
        one.slow = true;
        other.discard(DiscardReason.BROKEN);
        assertThat(one.attempts).hasSize(1);
        one.pool.cutShort(asked, Duration.ofSeconds(10));
        assertThat(asked).as("the host was given no time").isNotDone();

        one.timers.advance(Duration.ofSeconds(10));
        one.pool.cutShort(asked, Duration.ofSeconds(10));
        assertThat(failureOf(asked)).isInstanceOf(OpeningStalledException.class);
        assertThat(one.stats().discarded(DiscardReason.GAVE_WAY)).isEqualTo(1);
    }

    @Test
    void whoIsCutShortBehindConnectionsThatWorkHasNotMetASilentHost() {
        PoolFixture one = new PoolFixture(PoolLimits.builder().maxPerHost(1).maxTotal(1));
        one.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> asked = one.ask("mx/a");
        one.pool.cutShort(asked, Duration.ZERO);

        assertThat(failureOf(asked)).isInstanceOf(AcquireTimeoutException.class);
        assertThat(one.stats().discarded(DiscardReason.GAVE_WAY)).isZero();
    }

    @Test
    void cuttingShortWhatIsOverDoesNothing() {
        CompletableFuture<Lease<FakeResource>> asked = fixture.ask("mx/a");
        fixture.pool.cutShort(asked, Duration.ZERO);

        assertThat(now(asked).resource().isUsable()).isTrue();
        assertThat(fixture.stats().leased()).isEqualTo(1);
    }
}
