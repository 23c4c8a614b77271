// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharedClockTest {
    private long own = 1_000;
    private final SharedClock clock = new SharedClock(() -> own);

    /** Redis answers after so long, when its clock is ahead of the own one by so much, half-way. */
    private void ask(long roundTrip, long ahead) {
        long asked = clock.asked();
        own += roundTrip;
        clock.told(asked + roundTrip / 2 + ahead, asked);
    }

    @Test
    void theTimeIsThatOfRedis() {
        ask(10, 5_000);
        assertThat(clock.getAsLong()).isEqualTo(own + 5_000);
        own += 70;
        assertThat(clock.getAsLong()).isEqualTo(own + 5_000);
    }

    @Test
    void aSlowAnswerMovesNothing() {
        ask(10, 5_000);
        ask(800, 5_300);
        assertThat(clock.getAsLong()).isEqualTo(own + 5_000);
    }

    @Test
    void aClockThatIsSetOrDriftsIsFollowed() {
        ask(10, 5_000);
        ask(10, 5_050);
        assertThat(clock.getAsLong() - own).isBetween(5_045L, 5_055L);
        ask(10, -9_000);
        assertThat(clock.getAsLong() - own).isBetween(-9_005L, -8_995L);
    }
}
