// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.pool.PoolFixture.failureOf;
import static org.postlane.pool.PoolFixture.now;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

/** The pace of openings. */
class PoolGateTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final PoolFixture fixture = new PoolFixture(PoolLimits.builder().maxPerHost(8).maxTotal(8));
    private final List<String> askedFor = new ArrayList<>();
    private long nextAt;

    PoolGateTest() {
        nextAt = fixture.timers.now();
    }

    /** One opening in each period, for the names that begin so. */
    private void onePer(long nanos, String prefix) {
        fixture.gate = key -> {
            askedFor.add(key.name());
            long wait = nextAt - fixture.timers.now();
            if (!key.name().startsWith(prefix)) {
                return 0;
            }
            if (wait <= 0) {
                nextAt = fixture.timers.now() + nanos;
            }
            return wait;
        };
    }

    @Test
    void anOpeningBeginsWhenItsPaceAllowsIt() {
        onePer(10 * SECOND, "mx");
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> second = fixture.ask("mx/a");
        CompletableFuture<Lease<FakeResource>> third = fixture.ask("mx/a");
        assertThat(fixture.pool.hosts()).extracting(HostStats::paced).containsExactly(true);
        fixture.timers.advance(Duration.ofMillis(9_999));
        assertThat(second).isNotDone();
        fixture.timers.advance(Duration.ofMillis(1));
        assertThat(second).isCompleted();
        assertThat(third).isNotDone();
        fixture.timers.advance(Duration.ofSeconds(10));

        assertThat(third).isCompleted();
        assertThat(fixture.stats().opened()).isEqualTo(3);
    }

    @Test
    void aConnectionThatComesBackServesWhoWaitsForThePace() {
        onePer(50 * SECOND, "mx");
        Lease<FakeResource> first = fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> second = fixture.ask("mx/a");
        first.release();
        now(second).release();
        fixture.timers.advance(Duration.ofSeconds(25));

        assertThat(fixture.lease("mx/a").isReused()).as("the reserve needs no pace").isTrue();
        assertThat(fixture.stats().opened()).isEqualTo(1);
    }

    @Test
    void aConnectionThatDoesNotSuitIsNotGivenUpForSomebodyWhoWaitsForThePace() {
        PoolFixture one = new PoolFixture(PoolLimits.builder().maxPerHost(1).maxTotal(1));
        Lease<FakeResource> first = one.lease("mx/a");
        one.gate = key -> SECOND;
        CompletableFuture<Lease<FakeResource>> other = one.ask("mx/b");
        first.discard(DiscardReason.CALLER);
        assertThat(other).isNotDone();
        assertThat(one.stats().open()).isZero();
        one.gate = OpeningGate.open();
        one.timers.advance(Duration.ofSeconds(1));

        assertThat(now(other).resource().key.name()).isEqualTo("mx/b");
    }

    @Test
    void aHostThatWaitsForItsPaceHoldsUpNoOtherAndNoIdleConnectionGivesWayToIt() {
        onePer(10 * SECOND, "slow");
        fixture.lease("slow/a");
        CompletableFuture<Lease<FakeResource>> waits = fixture.ask("slow/a");
        fixture.reserve("mx/a", 7);

        assertThat(waits).isNotDone();
        assertThat(fixture.stats().idle()).isEqualTo(7);
        assertThat(fixture.stats().discarded(DiscardReason.MADE_ROOM)).isZero();
    }

    @Test
    void theGateIsAskedOnlyWhenTheOpeningWouldBeginSoThatNothingIsCountedInVain() {
        onePer(0, "mx");
        fixture.slow = true;
        for (int i = 0; i < 5; i++) {
            assertThat(fixture.ask("mx/" + i)).isNotDone();
        }
        assertThat(askedFor).containsExactly("mx/0");
        fixture.finishOpening();

        assertThat(askedFor).containsExactly("mx/0", "mx/1");
    }

    @Test
    void amongHostsThatWaitedForOnePaceTheOldestWaiterGoesFirst() {
        onePer(10 * SECOND, "mx");
        fixture.lease("mx0/a");
        fixture.timers.advance(Duration.ofSeconds(9));
        // The longer wait is of the older waiter: both are due when the timer of the younger one rings.
        fixture.gate = key -> key.name().startsWith("mx1") ? 2 * SECOND : SECOND;
        CompletableFuture<Lease<FakeResource>> older = fixture.ask("mx1/a");
        fixture.timers.advance(Duration.ofSeconds(1));
        CompletableFuture<Lease<FakeResource>> younger = fixture.ask("mx2/a");
        onePer(10 * SECOND, "mx");
        fixture.timers.advance(Duration.ofSeconds(1));

        assertThat(older).isCompleted();
        assertThat(younger).isNotDone();
    }

    @Test
    void whoWaitsForThePaceTooLongFailsByNoFaultOfTheHost() {
        onePer(1_000 * SECOND, "mx");
        fixture.lease("mx/a");
        CompletableFuture<Lease<FakeResource>> waits = fixture.ask("mx/a");
        fixture.timers.advance(Duration.ofSeconds(60));

        assertThat(failureOf(waits)).isInstanceOf(AcquireTimeoutException.class).hasMessageContaining("pace of openings");
    }

    @Test
    void aPaceIsAskedForAgainAfterAMinuteHoweverLongItSaid() {
        fixture.gate = key -> Long.MAX_VALUE;
        CompletableFuture<Lease<FakeResource>> waits = fixture.pool.acquire(FakeKey.of("mx/a"), Duration.ofHours(1));
        fixture.gate = OpeningGate.open();
        fixture.timers.advance(Duration.ofSeconds(60));

        assertThat(waits).isCompleted();
    }

    @Test
    void aGateThatThrowsIsAskedAgainAfterASecondAndCostsNoSlot() {
        fixture.gate = key -> {
            throw new IllegalStateException("no such provider");
        };
        CompletableFuture<Lease<FakeResource>> waits = fixture.ask("mx/a");
        assertThat(waits).isNotDone();
        assertThat(fixture.stats().open()).isZero();
        fixture.gate = OpeningGate.open();
        fixture.timers.advance(Duration.ofSeconds(1));

        assertThat(waits).isCompleted();
    }

    @Test
    void whoGivesUpWaitingForThePaceLeavesNothingBehind() {
        onePer(30 * SECOND, "mx");
        fixture.lease("mx/a").discard(DiscardReason.CALLER);
        fixture.ask("mx/a").cancel(false);
        assertThat(fixture.pool.hosts()).isEmpty();
        fixture.timers.advance(Duration.ofSeconds(30));

        assertThat(fixture.timers.pending()).isZero();
        assertThat(askedFor).hasSize(2);
    }

    @Test
    void closingFailsThoseWhoWaitForThePaceAndStopsItsTimer() {
        onePer(30 * SECOND, "mx");
        fixture.lease("mx/a").discard(DiscardReason.CALLER);
        CompletableFuture<Lease<FakeResource>> waits = fixture.ask("mx/a");
        assertThat(fixture.pool.close(Duration.ofSeconds(1))).isCompleted();

        assertThat(failureOf(waits)).isInstanceOf(PoolClosedException.class);
        assertThat(fixture.timers.pending()).isZero();
    }

    @Test
    void onlyWhoWaitsForThePaceThatMayBeDueIsAskedForAgain() {
        fixture.gate = key -> {
            askedFor.add(key.name());
            return SECOND;
        };
        for (int i = 0; i < 100; i++) {
            assertThat(fixture.ask("mx" + i + "/a")).isNotDone();
        }
        askedFor.clear();
        fixture.pool.askGateAgain("mx7");
        assertThat(askedFor).containsExactly("mx7/a");
        fixture.timers.advance(Duration.ofMillis(500));
        fixture.pool.askGateAgain("mx7");
        askedFor.clear();
        fixture.timers.advance(Duration.ofMillis(500));
        assertThat(askedFor).as("whose time has come").hasSize(99).doesNotContain("mx7/a");
    }
}
