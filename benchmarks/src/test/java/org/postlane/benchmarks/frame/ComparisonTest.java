// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

class ComparisonTest {
    private final List<String> course = new ArrayList<>();
    private final List<Contestant> contestants = List.of(contestant("A"), contestant("B"));

    @Test
    void contestantsAreMeasuredInTurnAfterAllAreWarm() throws Exception {
        Comparison comparison = new Comparison(3, said -> { });
        comparison.warmUp(contestants);
        comparison.measure(contestants);
        assertThat(course).containsExactly("warm A", "warm B", "A", "B", "A", "B", "A", "B");
    }

    @Test
    void eachSeriesHoldsTheRoundsOfItsContestantAndNoWarmUp() throws Exception {
        Comparison comparison = new Comparison(2, said -> { });
        comparison.warmUp(contestants);
        List<Series> series = comparison.measure(contestants);
        assertThat(series).extracting(Series::contestant).containsExactly("A", "B");
        assertThat(series.get(0).rounds()).containsExactly(Map.of("step", 3.0), Map.of("step", 5.0));
        assertThat(series.get(1).rounds()).containsExactly(Map.of("step", 4.0), Map.of("step", 6.0));
    }

    @Test
    void progressTellsWhatEachRoundMeasured() throws Exception {
        List<String> said = new ArrayList<>();
        new Comparison(1, said::add).measure(contestants);
        assertThat(said).containsExactly("round 1/1: A step 1.000", "round 1/1: B step 2.000");
    }

    @Test
    void aRoundThatFailsEndsTheComparison() {
        Contestant failing = new Contestant() {
            @Override
            public String name() {
                return "C";
            }

            @Override
            public void warmUp() {
            }

            @Override
            public Map<String, Double> round() {
                throw new IllegalStateException("broke");
            }
        };
        assertThatThrownBy(() -> new Comparison(2, said -> { }).measure(List.of(failing))).hasMessage("broke");
    }

    private Contestant contestant(String name) {
        return new Contestant() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void warmUp() {
                course.add("warm " + name);
            }

            @Override
            public Map<String, Double> round() {
                course.add(name);
                return Map.of("step", (double) course.size());
            }
        };
    }
}
