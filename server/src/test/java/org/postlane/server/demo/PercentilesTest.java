// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class PercentilesTest {
    @Test
    void aPercentileIsAValueThatWasMeasured() {
        Percentiles percentiles = new Percentiles(IntStream.rangeClosed(1, 80).mapToObj(Duration::ofMillis).toList());

        assertThat(percentiles.at(50)).contains(Duration.ofMillis(40));
        assertThat(percentiles.at(99)).contains(Duration.ofMillis(80));
        assertThat(percentiles.at(1)).contains(Duration.ofMillis(1));
        assertThat(percentiles.at(100)).contains(Duration.ofMillis(80));
    }

    @Test
    void theOrderOfTheValuesDoesNotMatter() {
        List<Duration> values = List.of(Duration.ofMillis(3), Duration.ofMillis(1), Duration.ofMillis(2));

        assertThat(new Percentiles(values).at(50)).contains(Duration.ofMillis(2));
    }

    @Test
    void withoutValuesThereIsNone() {
        assertThat(new Percentiles(List.of()).at(50)).isEmpty();
    }

    @Test
    void aShareThatIsNoneIsRefused() {
        Percentiles percentiles = new Percentiles(List.of(Duration.ZERO));

        assertThatThrownBy(() -> percentiles.at(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> percentiles.at(101)).isInstanceOf(IllegalArgumentException.class);
    }
}
