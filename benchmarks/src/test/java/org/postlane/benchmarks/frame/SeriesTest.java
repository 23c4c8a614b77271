// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

import org.junit.jupiter.api.Test;

class SeriesTest {
    @Test
    void theMedianIsTheMiddleOneHoweverTheRoundsAreOrdered() {
        assertThat(series(90, 10, 50, 1000, 40).median("rate")).isEqualTo(50);
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetweenTheTwoInTheMiddle() {
        assertThat(series(10, 1000, 20, 40).median("rate")).isEqualTo(30);
    }

    @Test
    void leastAndMostAreThoseOfAllRounds() {
        assertThat(series(90, 10, 50).least("rate")).isEqualTo(10);
        assertThat(series(90, 10, 50).most("rate")).isEqualTo(90);
    }

    @Test
    void aFigureThatWasNotMeasuredHasNoMedian() {
        assertThat(series(90, 10, 50).median("processor")).isNaN();
    }

    @Test
    void roundsThatMeasuredDifferentThingsAreRefused() {
        assertThatThrownBy(() -> new Series("A", List.of(Map.of("rate", 1.0), Map.of("processor", 1.0))))
            .hasMessageContaining("rate").hasMessageContaining("processor");
    }

    private static Series series(double... values) {
        return new Series("A", DoubleStream.of(values).mapToObj(value -> Map.of("rate", value)).toList());
    }
}
