// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

/** Limits that change while the pool is in use. */
class PoolLimitTest {
    private final PoolFixture fixture = new PoolFixture(limits(4, 8));

    private static PoolLimits.Builder limits(int perHost, int total) {
        return PoolLimits.builder().maxPerHost(perHost).maxTotal(total);
    }

    private List<Lease<FakeResource>> leases(int count, String key) {
        List<Lease<FakeResource>> leases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leases.add(fixture.lease(key));
        }
        return leases;
    }

    @Test
    void aLowerTotalClosesWhatIsInReserveAndBreaksNothingInUse() {
        List<Lease<FakeResource>> used = leases(3, "mx1/a");
        fixture.reserve("mx2/a", 3);
        fixture.pool.limit(limits(4, 4).build());
        assertThat(fixture.stats().leased()).isEqualTo(3);
        assertThat(fixture.stats().idle()).isEqualTo(1);
        assertThat(used).allSatisfy(lease -> assertThat(lease.resource().isUsable()).isTrue());
        assertThat(fixture.stats().discarded(DiscardReason.MADE_ROOM)).isEqualTo(2);
    }

    @Test
    void whatIsInUseBeyondALowerLimitEndsWhenItComesBackAlthoughSomebodyWaits() {
        List<Lease<FakeResource>> used = leases(4, "mx1/a");
        CompletableFuture<Lease<FakeResource>> waits = fixture.ask("mx1/a");
        fixture.pool.limit(limits(2, 8).build());
        assertThat(fixture.stats().leased()).isEqualTo(4);
        used.get(0).release();
        used.get(1).release();
        assertThat(waits).isNotDone();
        assertThat(fixture.stats().leased()).isEqualTo(2);
        used.get(2).release();
        assertThat(PoolFixture.now(waits).isReused()).isTrue();
        assertThat(fixture.stats().open()).isEqualTo(2);
    }

    @Test
    void aHigherLimitServesAtOnceWhoWaits() {
        leases(4, "mx1/a");
        CompletableFuture<Lease<FakeResource>> waits = fixture.ask("mx1/a");
        assertThat(waits).isNotDone();
        fixture.pool.limit(limits(5, 8).build());
        assertThat(waits).isCompleted();
        leases(3, "mx2/a");
        CompletableFuture<Lease<FakeResource>> more = fixture.ask("mx3/a");
        assertThat(more).isNotDone();
        fixture.pool.limit(limits(5, 9).build());
        assertThat(more).isCompleted();
    }

    @Test
    void fewerUsesHoldForWhatIsOpenAlready() {
        fixture.reserve("mx1/a", 1);
        fixture.pool.limit(limits(4, 8).maxUses(2).build());
        fixture.lease("mx1/a").release();
        assertThat(fixture.stats().discarded(DiscardReason.MAX_USES)).isEqualTo(1);
    }

    @Test
    void aShorterIdleTimeHoldsForWhatComesBackFromThenOn() {
        Lease<FakeResource> used = fixture.lease("mx1/a");
        fixture.pool.limit(limits(4, 8).idleTimeout(Duration.ofSeconds(1)).build());
        used.release();
        fixture.timers.advance(Duration.ofSeconds(1));
        assertThat(fixture.stats().discarded(DiscardReason.IDLE_TIMEOUT)).isEqualTo(1);
    }
}
