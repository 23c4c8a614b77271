// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopTimeTest {
    @AfterEach
    void forget() {
        System.clearProperty(StopTime.PROPERTY);
    }

    @Test
    void whatRunsHasFiveOfTheEightSecondsOfADockerStop() {
        assertThat(StopTime.forWhatRuns()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whoIsGivenLongerLetsItRunLonger() {
        System.setProperty(StopTime.PROPERTY, "28");

        assertThat(StopTime.forWhatRuns()).isEqualTo(Duration.ofMillis(17_500));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "3601", "28 s", "-1"})
    void whatIsNoSuchNumberIsNamed(String value) {
        System.setProperty(StopTime.PROPERTY, value);

        assertThatThrownBy(StopTime::forWhatRuns).isInstanceOf(ConfigurationError.class)
            .hasMessage("The system property postlane.stop.seconds=" + value + ": expected whole seconds from 5 to 3600");
    }
}
