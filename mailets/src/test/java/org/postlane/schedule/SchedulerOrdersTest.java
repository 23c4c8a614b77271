// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.postlane.schedule.SchedulerFixture.Job;

/** What an administrator says. */
class SchedulerOrdersTest {
    private final SchedulerFixture fixture = new SchedulerFixture(100, 32);

    @Test
    void aSuspensionHandsBackWhatWaitsAndWhatComesAndLetsTurnsEnd() {
        List<Job> jobs = fixture.offer(3, "a.example");
        fixture.scheduler.suspend("a.example", Optional.empty());
        fixture.run();
        assertThat(jobs.subList(1, 3)).allMatch(job -> job.refusal.kind() == Refusal.Kind.NO_ROOM);
        assertThat(jobs.get(1).refusal.reason()).isEqualTo("suspended");
        assertThat(fixture.offer("a.example").refusal.kind()).isEqualTo(Refusal.Kind.NO_ROOM);
        assertThat(fixture.state("a.example")).isEqualTo(DestinationStatus.State.SUSPENDED);
        assertThat(fixture.status("a.example").remaining()).isEmpty();
        jobs.get(0).over();
        assertThat(jobs.get(0).turn.again("421")).isFalse();
        fixture.pass(Duration.ofDays(1_000));
        assertThat(fixture.offer("a.example").refusal).isNotNull();
        fixture.assertNothingIsHeld();
        fixture.scheduler.resume("a.example");
        assertThat(fixture.offer("a.example").starts).isEqualTo(1);
    }

    @Test
    void aSuspensionEndsByItself() {
        fixture.scheduler.suspend("a.example", Optional.of(Duration.ofHours(1)));
        assertThat(fixture.status("a.example").remaining()).contains(Duration.ofHours(1));
        fixture.pass(Duration.ofHours(1).minusNanos(1));
        assertThat(fixture.offer("a.example").refusal).isNotNull();
        fixture.pass(Duration.ofNanos(1));
        assertThat(fixture.state("a.example")).isEqualTo(DestinationStatus.State.READY);
        assertThat(fixture.status("a.example").remaining()).isEmpty();
        assertThat(fixture.offer("a.example").starts).isEqualTo(1);
    }

    @Test
    void whatBouncesSaysWhyAndStopsByItself() {
        List<Job> jobs = fixture.offer(3, "a.example");
        fixture.scheduler.bounce("a.example", Duration.ofHours(1), "the domain was sold");
        fixture.run();
        assertThat(jobs.subList(1, 3)).allMatch(job -> job.refusal.kind() == Refusal.Kind.BOUNCED);
        Job next = fixture.offer("a.example");
        assertThat(next.refusal.kind()).isEqualTo(Refusal.Kind.BOUNCED);
        assertThat(next.refusal.reason()).isEqualTo("the domain was sold");
        assertThat(fixture.state("a.example")).isEqualTo(DestinationStatus.State.BOUNCING);
        jobs.get(0).works();
        fixture.pass(Duration.ofHours(1));
        assertThat(fixture.offer("a.example").starts).isEqualTo(1);
    }

    @Test
    void theLastOrderHolds() {
        fixture.scheduler.suspend("a.example", Optional.empty());
        fixture.scheduler.bounce("a.example", Duration.ofHours(1), "sold");
        assertThat(fixture.state("a.example")).isEqualTo(DestinationStatus.State.BOUNCING);
        fixture.scheduler.suspend("a.example", Optional.of(Duration.ofMinutes(1)));
        assertThat(fixture.state("a.example")).isEqualTo(DestinationStatus.State.SUSPENDED);
        fixture.pass(Duration.ofMinutes(1));
        assertThat(fixture.state("a.example")).isEqualTo(DestinationStatus.State.READY);
        fixture.scheduler.resume("unknown.example");
        assertThat(fixture.scheduler.destination("unknown.example")).isEmpty();
    }

    @Test
    void anOrderForNoTimeIsOverBeforeItBegan() {
        List<Job> jobs = fixture.offer(2, "a.example");
        fixture.scheduler.suspend("a.example", Optional.of(Duration.ZERO));
        fixture.scheduler.bounce("a.example", Duration.ofSeconds(-1), "sold");
        fixture.run();
        assertThat(jobs).allMatch(job -> job.refusal == null);
        fixture.working.get(0).works();
        assertThat(jobs.get(1).starts).isEqualTo(1);
    }

    @Test
    void whoResumesDoesNotLiftThePenalty() {
        fixture.offer("a.example").fails();
        fixture.scheduler.suspend("a.example", Optional.empty());
        fixture.scheduler.resume("a.example");
        Job job = fixture.offer("a.example");
        assertThat(job.waits()).isTrue();
        fixture.pass(Penalty.FIRST);
        assertThat(job.starts).isEqualTo(1);
    }

    @Test
    void closingRefusesWhatWaitsAndWhatComesAndLetsTurnsEnd() {
        List<Job> jobs = fixture.offer(3, "a.example");
        fixture.offer("dead.example").fails();
        Job delayed = fixture.offer("dead.example");
        fixture.scheduler.close();
        fixture.run();
        assertThat(List.of(jobs.get(1), jobs.get(2), delayed)).allMatch(job -> job.refusal.kind() == Refusal.Kind.CLOSED);
        assertThat(fixture.offer("new.example").refusal.kind()).isEqualTo(Refusal.Kind.CLOSED);
        assertThat(fixture.scheduler.held()).isEqualTo(1);
        jobs.get(0).over();
        jobs.get(0).turn.passTo("b.example");
        fixture.run();
        assertThat(jobs.get(0).refusal.kind()).isEqualTo(Refusal.Kind.CLOSED);
        fixture.pass(Duration.ofHours(1));
        fixture.scheduler.close();
        fixture.assertNothingIsHeld();
    }

    @Test
    void noOtherTurnOnceItIsClosed() {
        fixture.widen("a.example");
        Job job = fixture.offer("a.example");
        fixture.scheduler.close();
        job.over();
        assertThat(job.turn.again("421")).isFalse();
        fixture.assertNothingIsHeld();
    }

    @Test
    void timersThatHaveStoppedAreNoReasonToFail() {
        fixture.offer("a.example").fails();
        fixture.time.shutdown();
        Job job = fixture.offer("a.example");
        assertThat(job.waits()).isTrue();
        fixture.scheduler.close();
        fixture.run();
        assertThat(job.refusal.kind()).isEqualTo(Refusal.Kind.CLOSED);
    }

    @Test
    void statusTellsHowLongTheOldestHasWaitedAndWhatWentWrong() {
        fixture.offer(2, "a.example");
        fixture.pass(Duration.ofSeconds(5));
        fixture.offer("a.example");
        DestinationStatus status = fixture.status("a.example");
        assertThat(status.oldestWaiting()).isEqualTo(Duration.ofSeconds(5));
        assertThat(status.waiting()).isEqualTo(2);
        assertThat(status.underWay()).isEqualTo(1);
        assertThat(status.lastError()).isEmpty();
        fixture.working.get(0).fails();
        fixture.pass(Duration.ofSeconds(3));
        assertThat(fixture.status("a.example").lastErrorAgo()).contains(Duration.ofSeconds(3));
        assertThat(fixture.scheduler.destinations()).hasSize(1);
    }
}
