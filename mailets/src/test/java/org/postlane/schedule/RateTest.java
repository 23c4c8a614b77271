// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
    @ParameterizedTest
    @ValueSource(strings = {"10/s", "50/min", "1000/h", "20000/d", "none", "999999999/s"})
    void whatIsReadIsWrittenAlike(String text) {
        assertThat(Rate.parse(text)).hasToString(text);
        assertThat(Rate.parse(Rate.parse(text).toString())).isEqualTo(Rate.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0/s", "-1/s", "10", "10/", "10/week", "1.5/s", "9999999999/s", "ten/s", "10/s/s"})
    void whatIsNoRateIsRefusedWithWhatWasExpected(String text) {
        assertThatThrownBy(() -> Rate.parse(text)).isInstanceOf(IllegalArgumentException.class)
            .hasMessage(text + ": expected " + Rate.EXPECTED);
    }

    @Test
    void unitsHaveLongNamesToo() {
        assertThat(Rate.parse(" 5/Minute ")).isEqualTo(Rate.of(5, Duration.ofMinutes(1)));
        assertThat(Rate.parse("5/sec")).isEqualTo(Rate.of(5, Duration.ofSeconds(1)));
        assertThat(Rate.parse("5/hour")).isEqualTo(Rate.of(5, Duration.ofHours(1)));
        assertThat(Rate.parse("5/day")).isEqualTo(Rate.of(5, Duration.ofDays(1)));
    }

    @Test
    void moreThanOneInANanosecondIsNoRate() {
        assertThatThrownBy(() -> Rate.of(2_000_000_000, Duration.ofSeconds(1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Rate.of(1, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new LocalPace(Rate.of(1_000_000_000, Duration.ofSeconds(1)), () -> 0).take()).isZero();
    }

    @Test
    void whatIsDueInATimeIsNotMoreThanAnIntHolds() {
        assertThat(Rate.of(1_000_000_000, Duration.ofSeconds(1)).dueIn(Duration.ofDays(365))).contains(Integer.MAX_VALUE);
        assertThat(Rate.parse("50/min").dueIn(Duration.ofSeconds(10))).contains(8);
        assertThat(Rate.NONE.dueIn(Duration.ofSeconds(10))).isEmpty();
    }
}
