// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.many;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.postlane.testing.fleet.Phase;

class TarpitsTest {
    @Test
    void threeHundredTarpitsAreSpreadOverAllPhases() {
        assertThat(IntStream.range(0, 300).boxed().collect(Collectors.groupingBy(Tarpits::phaseOf, Collectors.counting())))
            .containsOnlyKeys(Phase.values())
            .allSatisfy((phase, count) -> assertThat(count).as(phase.name()).isBetween(33L, 34L));
    }
}
