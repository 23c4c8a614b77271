// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class PercentilesTest {
    @Test
    void eachIsAValueThatWasMeasured() {
        Percentiles hundred = Percentiles.of(IntStream.rangeClosed(1, 100).mapToDouble(i -> 101 - i).toArray());
        assertThat(hundred.figures("ms")).containsExactly(
            Map.entry("p50 ms", 50.0), Map.entry("p99 ms", 99.0), Map.entry("max ms", 100.0));
    }

    @Test
    void ofOneValueAllAreThatOne() {
        assertThat(Percentiles.of(new double[] {7}).figures("ms").values()).containsOnly(7.0);
    }

    @Test
    void ofNothingThereAreNone() {
        assertThatThrownBy(() -> Percentiles.of(new double[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
