// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;

import org.junit.jupiter.api.Test;

class LiveHeapTest {
    private static final int OCTETS = 32 << 20;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Test
    void whatWasHeldForAWhileIsGrowthAlsoWhenItIsGone() throws InterruptedException {
        try (LiveHeap heap = LiveHeap.watch()) {
            byte[] held = new byte[OCTETS];
            await().atMost(PATIENCE).until(() -> heap.growth() >= held.length);
            assertThat(heap.growth()).isGreaterThanOrEqualTo(OCTETS);
        }
    }

    @Test
    void whatNobodyHoldsIsNoGrowth() {
        long before = LiveHeap.now();
        long allocated = 0;
        for (int i = 0; i < 16; i++) {
            allocated += new byte[OCTETS].length;
        }
        assertThat(LiveHeap.now() - before).isLessThan(OCTETS).isLessThan(allocated);
    }
}
