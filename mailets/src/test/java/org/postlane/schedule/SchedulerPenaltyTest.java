// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.postlane.schedule.SchedulerFixture.Job;

class SchedulerPenaltyTest {
    private final SchedulerFixture fixture = new SchedulerFixture(1_000, 256);

    @Test
    void aDestinationStartsWithOneTurn() {
        fixture.offer(10, "new.example");
        assertThat(fixture.working).hasSize(1);
        assertThat(fixture.status("new.example").concurrency()).isEqualTo(1);
    }

    @Test
    void eachTurnThatWorksMakesRoomForTwo() {
        fixture.offer(100, "new.example");
        fixture.working.get(0).works();
        assertThat(fixture.working).hasSize(2);
        List.copyOf(fixture.working).forEach(Job::works);
        assertThat(fixture.working).hasSize(4);
        List.copyOf(fixture.working).forEach(Job::works);
        assertThat(fixture.working).hasSize(8);
    }

    @Test
    void neverMoreTurnsThanTheLimit() {
        fixture.limits.put("small.example", new DestinationLimits(3, Rate.NONE));
        fixture.widen("small.example");
        fixture.offer(50, "small.example");
        assertThat(fixture.working).hasSize(3);
        fixture.working.get(0).works();
        assertThat(fixture.working).hasSize(3);
    }

    @Test
    void aFailureHalvesTheConcurrencyAndASuccessThenGrowsItSlowly() {
        fixture.widen("big.example");
        fixture.offer(100, "big.example");
        assertThat(fixture.working).hasSize(20);
        fixture.working.get(0).fails();
        assertThat(fixture.status("big.example").concurrency()).isEqualTo(10);
        fixture.working.get(0).works();
        assertThat(fixture.working).hasSize(18);
        assertThat(fixture.status("big.example").concurrency()).isEqualTo(10);
    }

    @Test
    void aDestinationOfWhichOtherTurnsSucceedIsNotPenalised() {
        fixture.widen("flaky.example");
        for (int i = 0; i < 200; i++) {
            fixture.offer(4, "flaky.example");
            fixture.working.get(0).works();
            fixture.working.get(0).fails();
            while (!fixture.working.isEmpty()) {
                fixture.working.get(0).works();
            }
            assertThat(fixture.state("flaky.example")).isEqualTo(DestinationStatus.State.READY);
        }
        assertThat(fixture.status("flaky.example").failed()).isEqualTo(200);
    }

    @Test
    void fourFailuresInARowOfAWindowOfTwentyPenalise() {
        fixture.widen("dead.example");
        fixture.offer(20, "dead.example");
        for (int i = 0; i < 3; i++) {
            fixture.working.get(0).fails();
            assertThat(fixture.state("dead.example")).isEqualTo(DestinationStatus.State.READY);
        }
        fixture.working.get(0).fails();
        assertThat(fixture.state("dead.example")).isEqualTo(DestinationStatus.State.PENALISED);
        assertThat(fixture.status("dead.example").lastError()).contains("451 no");
        assertThat(fixture.status("dead.example").remaining()).contains(Penalty.FIRST);
    }

    @Test
    void theOtherTurnsOfAHopelessRoundDoNotMakeThePenaltyLonger() {
        fixture.widen("dead.example");
        fixture.offer(20, "dead.example");
        for (int i = 0; i < 10; i++) {
            fixture.working.get(0).fails();
        }
        assertThat(fixture.status("dead.example").remaining()).contains(Penalty.FIRST);
        // Also not when they time out after the penalty, beside a probe that goes on.
        fixture.pass(Penalty.FIRST);
        Job probe = fixture.offer("dead.example");
        assertThat(probe.starts).isEqualTo(1);
        while (fixture.working.size() > 1) {
            fixture.working.get(0).fails();
        }
        assertThat(fixture.state("dead.example")).isEqualTo(DestinationStatus.State.PROBING);
        probe.works();
        assertThat(fixture.state("dead.example")).isEqualTo(DestinationStatus.State.READY);
    }

    @Test
    void turnsThatStallForMinutesDoNotKeepTheProbeBack() {
        fixture.widen("dead.example");
        fixture.offer(20, "dead.example");
        for (int i = 0; i < 4; i++) {
            fixture.working.get(0).fails();
        }
        assertThat(fixture.offer("dead.example").waits()).isTrue();
        assertThat(fixture.working).hasSize(16);
        fixture.pass(Penalty.FIRST);
        assertThat(fixture.working).hasSize(17);
    }

    @Test
    void aPenaltyEndsWithExactlyOneProbe() {
        fixture.penalise("dead.example", Penalty.FIRST);
        fixture.offer(10, "dead.example");
        fixture.pass(Penalty.FIRST.minusNanos(1));
        assertThat(fixture.working).isEmpty();
        fixture.pass(Duration.ofNanos(1));
        assertThat(fixture.working).hasSize(1);
        assertThat(fixture.state("dead.example")).isEqualTo(DestinationStatus.State.PROBING);
        fixture.pass(Duration.ofMinutes(30));
        fixture.offer("dead.example");
        assertThat(fixture.working).hasSize(1);
    }

    @Test
    void whatIsOfferedDuringAShortPenaltyIsWokenByItsEndAndByNothingElse() {
        fixture.offer("dead.example").fails();
        Job job = fixture.offer("dead.example");
        assertThat(job.waits()).isTrue();
        fixture.pass(Penalty.FIRST);
        assertThat(job.starts).isEqualTo(1);
    }

    @Test
    void aProbeThatSucceedsLetsEverythingFlowAtOnce() {
        fixture.penalise("back.example", Penalty.FIRST);
        List<Job> jobs = fixture.offer(100, "back.example");
        fixture.pass(Penalty.FIRST);
        int timers = fixture.time.pending();
        while (!fixture.working.isEmpty()) {
            fixture.working.get(0).works();
        }
        assertThat(jobs).allMatch(job -> job.starts == 1);
        assertThat(timers).isZero();
        fixture.assertNothingIsHeld();
    }

    @Test
    void whoHadAWideWindowIsBackAtHalfOfItFast() {
        fixture.widen("back.example");
        fixture.offer(20, "back.example");
        while (!fixture.working.isEmpty()) {
            fixture.working.get(0).fails();
        }
        fixture.pass(Penalty.FIRST);
        fixture.offer(20, "back.example");
        for (int i = 0; i < 9; i++) {
            fixture.workingAt("back.example").get(0).works();
        }
        assertThat(fixture.status("back.example").concurrency()).isEqualTo(10);
    }

    @Test
    void eachProbeThatFailsDoublesThePenaltyUpToTheLongest() {
        fixture.offer("dead.example").fails();
        Duration expected = Penalty.FIRST;
        for (int i = 0; i < 12; i++) {
            assertThat(fixture.status("dead.example").remaining()).contains(expected);
            fixture.pass(expected);
            fixture.offer("dead.example").fails();
            expected = expected.multipliedBy(2).compareTo(Penalty.LONGEST) > 0 ? Penalty.LONGEST : expected.multipliedBy(2);
        }
        assertThat(expected).isEqualTo(Penalty.LONGEST);
    }

    @Test
    void destinationsThatFailTogetherAreNotProbedTogether() {
        fixture.offer("a.example").fails();
        fixture.dice = 0.999;
        fixture.offer("b.example").fails();
        Duration a = fixture.status("a.example").remaining().orElseThrow();
        Duration b = fixture.status("b.example").remaining().orElseThrow();
        assertThat(a).isEqualTo(Penalty.FIRST);
        assertThat(b).isBetween(Penalty.FIRST.multipliedBy(8).dividedBy(10), Penalty.FIRST.multipliedBy(9).dividedBy(10));
    }

    @Test
    void aPenaltyThatHasBecomeLongHandsBackWhatWaitsWithTheLastError() {
        fixture.penalise("dead.example", Duration.ofSeconds(30));
        Duration last = fixture.status("dead.example").remaining().orElseThrow();
        assertThat(last).isLessThan(Penalty.LONG);
        List<Job> waiting = fixture.offer(3, "dead.example");
        fixture.pass(last);
        assertThat(waiting.get(0).starts).isEqualTo(1);
        waiting.get(0).fails();
        for (Job job : waiting.subList(1, 3)) {
            assertThat(job.refusal.kind()).isEqualTo(Refusal.Kind.PENALISED);
            assertThat(job.refusal.reason()).isEqualTo("451 no");
            assertThat(job.refusal.remaining()).isEqualTo(last.multipliedBy(2));
        }
        Job newcomer = fixture.offer("dead.example");
        assertThat(newcomer.refusal.kind()).isEqualTo(Refusal.Kind.PENALISED);
        assertThat(fixture.status("dead.example").refused()).isEqualTo(3);
        fixture.assertNothingIsHeld();
    }

    @Test
    void whileALongPenaltyIsProbedOnlyAFewMayWait() {
        fixture.penalise("dead.example", Penalty.LONG);
        fixture.pass(fixture.status("dead.example").remaining().orElseThrow());
        List<Job> jobs = fixture.offer(50, "dead.example");
        assertThat(fixture.working).hasSize(1);
        assertThat(fixture.scheduler.held()).isEqualTo(SchedulerLimits.LEAST_ROOM);
        assertThat(jobs).filteredOn(job -> job.refusal != null).hasSize(46)
            .allMatch(job -> job.refusal.kind() == Refusal.Kind.NO_ROOM);
    }

    @Test
    void aTurnFromBeforeThePenaltyThatWorksAfterAllLiftsIt() {
        fixture.widen("mixed.example");
        fixture.offer(30, "mixed.example");
        for (int i = 0; i < 4; i++) {
            fixture.working.get(0).fails();
        }
        assertThat(fixture.state("mixed.example")).isEqualTo(DestinationStatus.State.PENALISED);
        while (fixture.working.size() > 1) {
            fixture.working.get(0).over();
        }
        fixture.working.get(0).works();
        assertThat(fixture.state("mixed.example")).isEqualTo(DestinationStatus.State.READY);
    }

    @Test
    void aProbeOfWhichNothingWasLearntIsFollowedByAnother() {
        fixture.penalise("dead.example", Penalty.FIRST);
        fixture.offer(2, "dead.example");
        fixture.pass(Penalty.FIRST);
        Job first = fixture.working.remove(0);
        first.turn.unused();
        fixture.run();
        assertThat(fixture.working).hasSize(1).doesNotContain(first);
        assertThat(fixture.state("dead.example")).isEqualTo(DestinationStatus.State.PROBING);
    }

    @Test
    void retryNowSendsTheProbeAtOnceThoughATimerWasSetForLater() {
        fixture.offer("dead.example").fails();
        Job job = fixture.offer("dead.example");
        fixture.scheduler.retryNow("dead.example");
        fixture.run();
        assertThat(job.starts).isEqualTo(1);
        fixture.scheduler.retryNow("dead.example");
        fixture.scheduler.retryNow("unknown.example");
        fixture.run();
        assertThat(fixture.working).hasSize(1);
        assertThat(fixture.scheduler.destination("unknown.example")).isEmpty();
    }

    @Test
    void aDestinationUnderPenaltyOccupiesOneTimerHoweverOftenItIsOfferedSomething() {
        fixture.offer("dead.example").fails();
        fixture.offer(50, "dead.example");
        assertThat(fixture.time.pending()).isEqualTo(1);
    }
}
