// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.HoldTimes;
import org.postlane.outbound.operations.CriticalStates;

/** For how long the steps of one mail are repeated, in a time that is over as soon as somebody waits for it. */
class StepRunnerTest {
    private final AtomicLong now = new AtomicLong(42);
    private final ScheduledThreadPoolExecutor timers = new Timers();
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final StepRunner runner = new StepRunner(Runnable::run, timers, () -> false,
        new CriticalStates(Clock.systemUTC()).watch("cannot be settled", Duration.ofMinutes(1)), new Unsettled(), now::get);

    private final class Timers extends ScheduledThreadPoolExecutor {
        private Timers() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            now.addAndGet(unit.toNanos(delay));
            return super.schedule(command, 0, unit);
        }
    }

    @AfterEach
    void stop() {
        timers.shutdownNow();
    }

    private static Settlement.Step.Action fails() {
        return () -> {
            throw new IOException("away");
        };
    }

    private Settlement.Step failing(String name) {
        return new Settlement.Step(name, () -> {
            done.add(name);
            throw new IOException("away");
        }, () -> done.add("instead of " + name));
    }

    private CompletableFuture<Void> run(Settlement.Step... steps) {
        return runner.run("mail", () -> false, List.of(steps));
    }

    private Duration passed() {
        return Duration.ofNanos(now.get() - 42);
    }

    @Test
    void stepsThatAllFailHaveTheTimeOfOneTogether() {
        CompletableFuture<Void> settled = run(failing("dead letter"), failing("report"), failing("copy"));

        assertThat(settled).succeedsWithin(1, TimeUnit.MINUTES);
        assertThat(passed()).isEqualTo(HoldTimes.SETTLING);
        assertThat(done).filteredOn("dead letter"::equals).hasSize(10);
        assertThat(done).endsWith("instead of dead letter", "report", "instead of report", "copy", "instead of copy");
        assertThat(done).filteredOn("report"::equals).hasSize(1);
    }

    @Test
    void whatIsDoneLateLeavesTheRestOfTheTimeToTheNext() {
        Settlement.Step late = new Settlement.Step("late", () -> {
            done.add("late");
            if (passed().compareTo(HoldTimes.SETTLING.dividedBy(2)) < 0) {
                throw new IOException("away");
            }
        });
        CompletableFuture<Void> settled = run(late, failing("report"));

        assertThat(settled).succeedsWithin(1, TimeUnit.MINUTES);
        assertThat(passed()).isEqualTo(HoldTimes.SETTLING);
        assertThat(done).filteredOn("report"::equals).hasSizeGreaterThan(3);
    }

    @Test
    void theLastStepIsRepeatedEvenWhereTheOthersTookAllOfTheTime() {
        Settlement.Step lettingGo = new Settlement.Step("letting go", () -> {
            done.add("letting go");
            if (done.size() < 13) {
                throw new IOException("away");
            }
        });
        CompletableFuture<Void> settled = run(failing("report"), lettingGo);

        assertThat(settled).succeedsWithin(1, TimeUnit.MINUTES);
        assertThat(done).endsWith("instead of report", "letting go", "letting go");
        assertThat(passed()).isEqualTo(HoldTimes.SETTLING.plusSeconds(1));
    }

    @Test
    void whatIsSlowAndFailsUsesUpTheTimeToo() {
        CompletableFuture<Void> settled = run(new Settlement.Step("slow", () -> {
            done.add("slow");
            now.addAndGet(HoldTimes.SETTLING.toNanos());
            throw new IOException("away");
        }));

        assertThat(settled).failsWithin(1, TimeUnit.MINUTES);
        assertThat(done).containsExactly("slow");
    }

    @Test
    void theMailGoesBackWhereNothingCanBeDoneInstead() {
        CompletableFuture<Void> settled =
            run(failing("dead letter"), new Settlement.Step("report", fails(), fails()), failing("copy"));

        assertThat(settled).failsWithin(1, TimeUnit.MINUTES);
        assertThat(passed()).isEqualTo(HoldTimes.SETTLING);
        assertThat(done).endsWith("instead of dead letter");
    }
}
