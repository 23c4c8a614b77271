// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.postlane.schedule.SchedulerFixture.Job;

/** More turns, or fewer, while some are under way. */
class SchedulerLimitTurnsTest {
    private final SchedulerFixture fixture = new SchedulerFixture(100, 16);

    private List<Job> tarpits(int count) {
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(fixture.offer("tarpit" + i).stalls());
        }
        return jobs;
    }

    private void limitTurns(int turns) {
        fixture.scheduler.limitTurns(turns);
        fixture.run();
    }

    private List<Job> asked() {
        return fixture.working.stream().filter(job -> job.asked != null).toList();
    }

    @Test
    void moreTurnsAreGivenAtOnceToThoseThatWait() {
        List<Job> jobs = tarpits(13);
        assertThat(jobs).last().matches(Job::waits);
        limitTurns(32);
        assertThat(jobs).last().matches(job -> job.starts == 1);
        for (int i = 0; i < 20; i++) {
            fixture.offer("more" + i);
        }
        assertThat(fixture.scheduler.turns()).as("three quarters").isEqualTo(24);
    }

    @Test
    void afterALoweringNobodyGetsATurnUntilEnoughHaveEnded() {
        List<Job> jobs = tarpits(12);
        limitTurns(4);
        assertThat(fixture.scheduler.turns()).as("what is under way goes on").isEqualTo(12);
        Job late = fixture.offer("late");
        jobs.subList(0, 9).forEach(Job::works);
        assertThat(late.waits()).as("three are the share of those that have shown nothing").isTrue();
        jobs.get(9).works();
        assertThat(late.starts).isEqualTo(1);
        assertThat(fixture.scheduler.turns()).isEqualTo(3);
    }

    @Test
    void destinationsThatWorkKeepToTheLowerNumberToo() {
        fixture.widen("works");
        fixture.offer(30, "works");
        limitTurns(2);
        while (fixture.scheduler.turns() > 2) {
            fixture.workingAt("works").get(0).works();
        }
        fixture.workingAt("works").get(0).works();
        assertThat(fixture.scheduler.turns()).isBetween(1, 2);
        limitTurns(16);
        assertThat(fixture.scheduler.turns()).isGreaterThan(4);
    }

    @Test
    void thoseThatStallGiveWayByTheLowerNumber() {
        tarpits(3);
        limitTurns(4);
        Job late = fixture.offer("late");
        assertThat(late.waits()).isTrue();
        fixture.pass(Duration.ofSeconds(11));
        assertThat(asked()).hasSize(1);
        asked().get(0).fails();
        fixture.run();
        assertThat(late.starts).isEqualTo(1);
    }

    @Test
    void asManyGiveWayTogetherAsAreTooManySinceALowering() {
        tarpits(12);
        limitTurns(4);
        Job late = fixture.offer("late");
        fixture.pass(Duration.ofSeconds(11));
        assertThat(asked()).as("nine too many for the share, and one for who waits").hasSize(10);
        asked().forEach(Job::fails);
        fixture.run();
        assertThat(late.starts).isEqualTo(1);
    }

    @Test
    void aNumberBelowOneIsRefusedAndNothingChanges() {
        assertThatThrownBy(() -> fixture.scheduler.limitTurns(0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(tarpits(13)).filteredOn(job -> job.turn != null).hasSize(12);
    }
}
