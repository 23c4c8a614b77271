// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.testing.VirtualTime;

/** Rates to the nanosecond: each turn ends at once, so that nothing else holds a destination back. */
class SchedulerRateTest {
    private final VirtualTime time = new VirtualTime();
    private final Map<String, Rate> rates = new HashMap<>();
    private final List<Long> starts = new ArrayList<>();
    private Scheduler<Task> scheduler;

    @BeforeEach
    void create() {
        scheduler = new Scheduler<>(new SchedulerLimits(10_000, 256), this::limits, Runnable::run, time, time::now, () -> 0);
    }

    private DestinationLimits limits(String name) {
        return new DestinationLimits(20, rates.getOrDefault(name, Rate.NONE));
    }

    private void offer(int count, String destination) {
        for (int i = 0; i < count; i++) {
            scheduler.offer(destination, new Task() {
                @Override
                public String line() {
                    return "sender";
                }

                @Override
                public int priority() {
                    return 5;
                }

                @Override
                public void start(Turn turn) {
                    starts.add(time.now());
                    turn.worked();
                }

                @Override
                public void refused(Refusal refusal) {
                    // What has no room is not needed for the measure.
                    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NO_ROOM);
                }
            });
        }
    }

    /** How many start in a time, with always something waiting. */
    private int startedIn(Duration span, String destination) {
        int before = starts.size();
        long end = time.now() + span.toNanos();
        while (end - time.now() > 0) {
            offer(20, destination);
            time.advance(Duration.ofMillis(50).compareTo(Duration.ofNanos(end - time.now())) < 0
                ? Duration.ofMillis(50) : Duration.ofNanos(end - time.now()));
        }
        return starts.size() - before;
    }

    @Test
    void fiftyAMinuteAreFiftyInEachMinuteAndEvenlySpread() {
        rates.put("slow.example", Rate.parse("50/min"));
        for (int minute = 0; minute < 10; minute++) {
            assertThat(startedIn(Duration.ofMinutes(1), "slow.example")).isBetween(49, 51);
        }
        assertThat(starts.size()).isBetween(500, 501);
        for (int i = 1; i < starts.size(); i++) {
            assertThat(starts.get(i) - starts.get(i - 1)).isGreaterThanOrEqualTo(Duration.ofMillis(1200).toNanos());
        }
    }

    @Test
    void aHighRateIsKeptTooAndBeginsWithoutABurst() {
        rates.put("fast.example", Rate.parse("1000/s"));
        offer(3_000, "fast.example");
        assertThat(starts).hasSize(1);
        time.advance(Duration.ofSeconds(1));
        assertThat(starts.size()).isBetween(990, 1_001);
        for (int i = 30; i < starts.size(); i++) {
            assertThat(starts.get(i) - starts.get(i - 30)).isGreaterThanOrEqualTo(Duration.ofMillis(10).toNanos());
        }
    }

    @Test
    void whatWaitsForTheRateIsWokenThoughNothingElseHappens() {
        rates.put("slow.example", Rate.parse("1/h"));
        offer(3, "slow.example");
        assertThat(starts).hasSize(1);
        time.advance(Duration.ofMinutes(59));
        assertThat(starts).hasSize(1);
        time.advance(Duration.ofMinutes(1));
        assertThat(starts).hasSize(2);
        time.advance(Duration.ofMinutes(60));
        assertThat(starts).hasSize(3);
        assertThat(scheduler.held()).isZero();
    }

    @Test
    void aHigherRateHoldsAtOnceThoughATimerWasSetForTomorrow() {
        rates.put("slow.example", Rate.parse("1/d"));
        offer(4, "slow.example");
        assertThat(starts).hasSize(1);
        rates.put("slow.example", Rate.parse("1/min"));
        scheduler.limit(this::limits);
        assertThat(starts).hasSize(1);
        time.advance(Duration.ofMinutes(1));
        assertThat(starts).hasSize(2);
        time.advance(Duration.ofMinutes(2));
        assertThat(starts).hasSize(4);
    }

    @Test
    void aLowerRateAndNoRateHoldAtOnce() {
        offer(1, "some.example");
        rates.put("some.example", Rate.parse("1/s"));
        scheduler.limit(this::limits);
        offer(10, "some.example");
        assertThat(starts).hasSize(2);
        rates.put("some.example", Rate.parse("1/min"));
        scheduler.limit(this::limits);
        time.advance(Duration.ofSeconds(59));
        assertThat(starts).hasSize(2);
        rates.remove("some.example");
        scheduler.limit(this::limits);
        assertThat(starts.size()).isGreaterThan(3);
    }

    @Test
    void changingLimitsOverAndOverGivesNothingAway() {
        rates.put("slow.example", Rate.parse("50/min"));
        offer(100, "slow.example");
        for (int i = 0; i < 100; i++) {
            rates.put("slow.example", Rate.parse(i % 2 == 0 ? "51/min" : "50/min"));
            scheduler.limit(this::limits);
        }
        assertThat(starts).hasSize(1);
    }

    @Test
    void aSlowDestinationIsNotForgottenWhileItsRateMatters() {
        rates.put("slow.example", Rate.parse("1/h"));
        offer(1, "slow.example");
        for (int i = 0; i < 50; i++) {
            time.advance(Duration.ofMinutes(1));
            offer(1, i + ".example");
        }
        starts.clear();
        offer(1, "slow.example");
        assertThat(starts).isEmpty();
    }

    @Test
    void aRateDoesNotLetMoreWaitThanComesSoon() {
        rates.put("slow.example", Rate.parse("50/min"));
        offer(500, "slow.example");
        assertThat(scheduler.held()).isEqualTo(8);
    }
}
