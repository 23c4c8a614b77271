// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopTimeTest {
    private final AtomicLong now = new AtomicLong(-5);

    @AfterEach
    void forget() {
        System.clearProperty(StopTime.PROPERTY);
    }

    private void pass(int seconds) {
        now.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    @Test
    void whatRunsHasFiveOfTheEightSecondsOfADockerStop() {
        assertThat(new StopTime().leftForWhatRuns()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
    }

    @Test
    void whoIsGivenLongerLetsItRunLonger() {
        System.setProperty(StopTime.PROPERTY, "3600");

        assertThat(new StopTime().leftForWhatRuns()).isBetween(Duration.ofMinutes(30), Duration.ofSeconds(2_250));
    }

    @Test
    void whatEndsOneAfterTheOtherHasTheTimeTogether() {
        StopTime time = new StopTime(Duration.ofSeconds(8), now::get);
        pass(100);
        assertThat(time.leftForWhatRuns()).as("it begins with the first question").isEqualTo(Duration.ofSeconds(5));
        pass(2);
        assertThat(time.leftForWhatIsSent()).isEqualTo(Duration.ofSeconds(3));
        pass(3);
        assertThat(time.leftForWhatRuns()).isZero();
        assertThat(time.leftForItsEnd()).isEqualTo(Duration.ofSeconds(1));
        assertThat(time.leftForWhatIsSent()).as("a moment all the same").isEqualTo(Duration.ofSeconds(1));
        pass(1);
        assertThat(time.leftForWhatIsSent()).isZero();
        pass(1);
        assertThat(time.leftForItsEnd()).isZero();
    }

    @Test
    void farewellsAreSaidInTheTimeThatIsLeft() {
        StopTime time = new StopTime(Duration.ofSeconds(8), now::get);
        assertThat(time.leftForFarewells()).isEqualTo(Duration.ofSeconds(3));
        pass(5);
        assertThat(time.leftForFarewells()).isEqualTo(Duration.ofSeconds(1));
        pass(1);
        assertThat(time.leftForFarewells()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "3601", "28 s", "-1"})
    void whatIsNoSuchNumberIsNamed(String value) {
        System.setProperty(StopTime.PROPERTY, value);

        assertThatThrownBy(StopTime::new).isInstanceOf(ConfigurationError.class)
            .hasMessage("The system property postlane.stop.seconds=" + value + ": expected whole seconds from 5 to 3600");
    }
}
