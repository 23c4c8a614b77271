// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import com.google.common.net.InetAddresses;
import org.junit.jupiter.api.Test;

class HostHealthTest {
    private static final Host ONE = new Host("one", InetAddresses.forString("192.0.2.1"), 25);
    private static final Host TWO = new Host("two", InetAddresses.forString("192.0.2.2"), 25);
    private static final List<Host> WRITTEN = List.of(ONE, TWO);
    private static final List<Host> TURNED = List.of(TWO, ONE);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1000);
    private final HostHealth health = new HostHealth(nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void failed(Host host) {
        health.report(host.address(), false);
    }

    @Test
    void aHostThatFailedIsBehindTheOthersForAWhileAndThenTriedOnce() {
        failed(ONE);
        pass(Duration.ofSeconds(59));
        assertThat(health.order(WRITTEN)).isEqualTo(TURNED);
        pass(Duration.ofSeconds(2));
        assertThat(health.order(WRITTEN)).as("the one that tries it").isEqualTo(WRITTEN);
        assertThat(health.order(WRITTEN)).as("the others, meanwhile").isEqualTo(TURNED);
        health.report(ONE.address(), true);
        assertThat(health.order(WRITTEN)).isEqualTo(WRITTEN);
    }

    @Test
    void theWhileGrowsWithEachFailedTryUpToTenMinutes() {
        failed(ONE);
        for (int minutes : new int[] {1, 2, 4, 8, 10, 10}) {
            pass(Duration.ofMinutes(minutes).minusSeconds(1));
            assertThat(health.order(WRITTEN)).as("before %s min", minutes).isEqualTo(TURNED);
            pass(Duration.ofSeconds(2));
            assertThat(health.order(WRITTEN)).as("after %s min", minutes).isEqualTo(WRITTEN);
            failed(ONE);
        }
    }

    @Test
    void manyMailsThatFindOutTogetherAreOneFailure() {
        for (int i = 0; i < 50; i++) {
            failed(ONE);
        }
        pass(Duration.ofSeconds(61));
        assertThat(health.order(WRITTEN)).isEqualTo(WRITTEN);
    }

    @Test
    void aTryThatNobodyReportsIsRepeated() {
        failed(ONE);
        pass(Duration.ofSeconds(61));
        assertThat(health.order(WRITTEN)).isEqualTo(WRITTEN);
        pass(Duration.ofSeconds(61));
        assertThat(health.order(WRITTEN)).isEqualTo(WRITTEN);
    }

    @Test
    void whereAllHaveFailedTheOrderStays() {
        failed(ONE);
        failed(TWO);
        assertThat(health.order(WRITTEN)).isEqualTo(WRITTEN);
    }
}
