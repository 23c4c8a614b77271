// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

class RetryScheduleTest {
    private static Duration base(int retries) {
        Duration delay = Duration.ofMinutes(5).multipliedBy(1L << Math.min(retries, 10));
        return delay.compareTo(Duration.ofHours(4)) > 0 ? Duration.ofHours(4) : delay;
    }

    @Test
    void theDefaultDoublesWithJitterUpToFourHours() {
        Set<Duration> different = new HashSet<>();
        for (int retries = 0; retries < 200; retries++) {
            Duration delay = RetrySchedule.growing().next(retries, Duration.ZERO).orElseThrow();
            boolean capped = base(retries).equals(Duration.ofHours(4));
            assertThat(delay.toMillis()).isBetween((long) (base(retries).toMillis() * (capped ? 0.8 : 1)),
                (long) (base(retries).toMillis() * (capped ? 1 : 1.2)));
            if (retries > 6) {
                different.add(delay);
            }
        }
        assertThat(different).hasSizeGreaterThan(100);
    }

    @Test
    void theDefaultExpiresByAgeAndNotByCount() {
        RetrySchedule schedule = RetrySchedule.growing();
        assertThat(schedule.next(Integer.MAX_VALUE, Duration.ofDays(5).minusMillis(1))).isPresent();
        assertThat(schedule.next(0, Duration.ofDays(5))).isEmpty();
    }

    @Test
    void aCountAloneKeepsTheDelaysAndForgetsTheAge() {
        RetrySchedule schedule = RetrySchedule.growing(2);
        assertThat(schedule.next(1, Duration.ofDays(50))).isPresent();
        assertThat(schedule.next(2, Duration.ZERO)).isEmpty();
        assertThat(RetrySchedule.growing(0).next(0, Duration.ZERO)).isEmpty();
    }

    @Test
    void fixedDelaysAreExactAndTheLastOneIsRepeated() {
        RetrySchedule schedule = RetrySchedule.fixed(List.of(Duration.ofMillis(1), Duration.ofMillis(2)), 4);
        assertThat(List.of(0, 1, 2, 3)).map(retries -> schedule.next(retries, Duration.ofDays(99)).orElseThrow().toMillis())
            .containsExactly(1L, 2L, 2L, 2L);
        assertThat(schedule.next(4, Duration.ZERO)).isEmpty();
    }

    @Test
    void theFirstRetryIsNeverBeforeAGreylistOfFiveMinutesOpens() {
        for (int i = 0; i < 1000; i++) {
            assertThat(RetrySchedule.growing().next(0, Duration.ZERO).orElseThrow())
                .isGreaterThanOrEqualTo(Duration.ofMinutes(5));
        }
    }

    @Test
    void theLastAttemptComesWhenTheMailsTimeIsOverAndNotALongDelayLater() {
        RetrySchedule schedule = RetrySchedule.growing();
        assertThat(schedule.next(20, Duration.ofDays(5).minusMinutes(7))).contains(Duration.ofMinutes(7));
        assertThat(schedule.next(20, Duration.ofDays(5).minusMillis(1))).contains(Duration.ofSeconds(1));
        assertThat(RetrySchedule.fixed(List.of(Duration.ofHours(6)), 5).withExpiry(Duration.ofHours(1))
            .next(0, Duration.ofMinutes(59))).contains(Duration.ofMinutes(1));
    }

    @Test
    void whatHadNoTurnComesBackSoonThenEveryFiveMinutesUntilItsTimeIsOver() {
        RetrySchedule schedule = RetrySchedule.growing(3);
        assertThat(schedule.handedBack(0, Duration.ZERO).orElseThrow()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2400));
        assertThat(schedule.handedBack(5, Duration.ZERO).orElseThrow()).isBetween(Duration.ofSeconds(64), Duration.ofSeconds(77));
        for (int times : new int[] {8, 64, Integer.MAX_VALUE}) {
            assertThat(schedule.handedBack(times, Duration.ZERO).orElseThrow())
                .isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));
        }
        assertThat(schedule.handedBack(0, Duration.ofDays(5))).isEmpty();
        assertThat(schedule.withExpiry(Duration.ofHours(1)).handedBack(0, Duration.ofHours(1))).isEmpty();
    }
}
