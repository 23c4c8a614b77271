// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;

import org.junit.jupiter.api.Test;
import org.postlane.smtp.SessionSettings;

class HangUpsTest {
    private final HangUps hangUps = new HangUps();
    private final SessionSettings server = at(25);

    private static SessionSettings at(int port) {
        return SessionSettings.to(new InetSocketAddress("127.0.0.1", port), "mx.test").ehloName("client.test").build();
    }

    private void hungUpAfter(int answered) {
        hangUps.note(server, answered, System.nanoTime());
    }

    @Test
    void theSameNumberOnALaterConnectionIsAHabitOfThatServerAlone() {
        hungUpAfter(50);
        assertThat(hangUps.allowed(server)).isEqualTo(Integer.MAX_VALUE);
        hungUpAfter(50);
        assertThat(hangUps.allowed(server)).isEqualTo(50);
        assertThat(hangUps.allowed(at(26))).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void connectionsThatEndedTogetherAreNoHabit() {
        long opened = System.nanoTime();
        for (int i = 0; i < 8; i++) {
            hangUps.note(server, 50, opened);
        }
        assertThat(hangUps.allowed(server)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void anotherNumberBeginsAnew() {
        hungUpAfter(50);
        hungUpAfter(51);
        hungUpAfter(50);
        assertThat(hangUps.allowed(server)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void aSmallNumberHasToComeThreeTimesAndNoneAtAllIsNone() {
        hungUpAfter(1);
        hungUpAfter(1);
        assertThat(hangUps.allowed(server)).isEqualTo(Integer.MAX_VALUE);
        hungUpAfter(1);
        assertThat(hangUps.allowed(server)).isEqualTo(1);
        for (int i = 0; i < 5; i++) {
            hangUps.note(at(27), 0, System.nanoTime());
        }
        assertThat(hangUps.allowed(at(27))).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void aHabitThatGetsNarrowerIsFollowed() {
        for (int answered : new int[] {50, 50, 20, 20}) {
            hungUpAfter(answered);
        }
        assertThat(hangUps.allowed(server)).isEqualTo(20);
    }
}
