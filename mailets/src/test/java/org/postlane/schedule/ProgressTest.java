// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

/** How much a destination gets done, by the time in which it has something to do. */
class ProgressTest {
    private final Progress progress = new Progress();

    private static long at(int seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    /** One in each second. */
    private void work(int seconds) {
        for (int second = 0; second < seconds; second++) {
            progress.made(at(second));
        }
    }

    @Test
    void timeWithNothingToDoSaysNothing() {
        work(10);
        progress.resumed(at(15));
        assertThat(progress.inUsefulTime(at(15))).isBetween(10, 12);
    }

    @Test
    void timeWithNothingToDoIsLeftOutOnceHoweverOftenSomethingComesAndGoesAgainUndone() {
        work(10);
        progress.resumed(at(12));
        progress.resumed(at(14));
        progress.resumed(at(16));
        assertThat(progress.inUsefulTime(at(16))).isBetween(10, 12);
    }
}
