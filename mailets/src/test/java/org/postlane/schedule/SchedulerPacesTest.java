// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.postlane.testing.VirtualTime;

/** Rates that somebody else keeps, who does not know at once whether one is due. */
class SchedulerPacesTest {
    private static final Duration ASKED_AGAIN = Duration.ofSeconds(10);

    private final VirtualTime time = new VirtualTime();
    private final Map<String, Slow> paces = new HashMap<>();
    private Rate rate = Rate.parse("1/min");
    private int turns;
    private final Scheduler<Task> scheduler = new Scheduler<>(new SchedulerLimits(100, 10),
        name -> new DestinationLimits(1, rate), Runnable::run, time, time::now, () -> 0,
        (name, asked, due) -> paces.merge(name, new Slow(asked, due), (before, made) -> made));

    private static final class Slow implements Pace {
        private final Rate rate;
        private final Runnable due;
        private int tokens;
        private int asked;

        Slow(Rate rate, Runnable due) {
            this.rate = rate;
            this.due = due;
        }

        void give(int count) {
            tokens += count;
            due.run();
        }

        @Override
        public long take() {
            asked++;
            return tokens-- > 0 ? 0 : ASKED_AGAIN.toNanos();
        }

        @Override
        public Pace changedTo(Rate changed) {
            tokens = 100;
            return new Slow(changed, due);
        }
    }

    private void offer(String destination) {
        scheduler.offer(destination, new Task() {
            @Override
            public String line() {
                return "sender";
            }

            @Override
            public int priority() {
                return LOWEST_PRIORITY;
            }

            @Override
            public void start(Turn turn) {
                turns++;
                turn.worked();
            }

            @Override
            public void refused(Refusal refusal) {
                throw new AssertionError(refusal);
            }
        });
    }

    @Test
    void whatIsDueEarlierThanItWasSaidGoesOnAtOnce() {
        offer("a.test");
        offer("a.test");
        Slow pace = paces.get("a.test");
        assertThat(pace.rate).isEqualTo(rate);
        assertThat(turns).isZero();
        pace.tokens = 0;
        pace.give(1);
        assertThat(turns).isEqualTo(1);
        pace.tokens = 0;
        pace.give(1);
        assertThat(turns).isEqualTo(2);
        assertThat(scheduler.held()).isZero();
    }

    @Test
    void whoIsNotWokenAsksAgainWhenItWasSaid() {
        offer("a.test");
        Slow pace = paces.get("a.test");
        pace.tokens = 1;
        time.advance(ASKED_AGAIN.minusMillis(1));
        assertThat(turns).isZero();
        assertThat(pace.asked).isEqualTo(1);
        time.advance(Duration.ofMillis(1));
        assertThat(turns).isEqualTo(1);
    }

    @Test
    void beingWokenForNothingDoesNothing() {
        offer("a.test");
        Slow pace = paces.get("a.test");
        pace.tokens = 1;
        pace.due.run();
        pace.due.run();
        pace.due.run();
        assertThat(turns).isEqualTo(1);
        assertThat(scheduler.held()).isZero();
    }

    @Test
    void aChangedRateIsTheSameKeepersMatter() {
        offer("a.test");
        rate = Rate.parse("100/s");
        scheduler.limit(name -> new DestinationLimits(1, rate));
        assertThat(turns).as("it is asked at once, and has none").isZero();
        assertThat(paces.get("a.test").tokens).as("of the old pace").isEqualTo(100);
    }
}
