// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.postlane.schedule.SchedulerFixture.Job;

class SchedulerFairnessTest {
    private static final int PLACES = 1_000;
    private static final int TURNS = 256;

    private final SchedulerFixture fixture = new SchedulerFixture(PLACES, TURNS);

    @Test
    void threeHundredDestinationsThatStallLeaveTurnsAndPlacesToOneThatWorks() {
        fixture.widen("healthy.example");
        offerToMany(300, 100);
        assertThat(fixture.working.size()).isEqualTo(TURNS * 3 / 4);
        assertThat(fixture.scheduler.held()).isLessThanOrEqualTo(PLACES * 3 / 4);
        assertHealthyKeepsItsTurns();
    }

    @Test
    void hundredDestinationsThatWorkedAndStallNowLeaveTurnsAndPlacesToOneThatWorksAndToANewcomer() {
        fixture.widen("healthy.example");
        for (int i = 0; i < 100; i++) {
            for (int j = 0; j < 30; j++) {
                fixture.offer("stalls" + i + ".example").works();
            }
        }
        fixture.widen("healthy.example");
        offerToMany(100, 100);
        assertThat(fixture.scheduler.held()).isBetween(PLACES, 2 * PLACES);
        assertHealthyKeepsItsRoom();
        Job newcomer = fixture.offer("newcomer.example");
        assertThat(newcomer.starts).isEqualTo(1);
        newcomer.works();
        // And when they have not worked for long, too.
        for (int i = 0; i < 12; i++) {
            fixture.pass(Duration.ofSeconds(10));
            assertHealthyKeepsItsRoom();
        }
    }

    @Test
    void moreDestinationsThanTurnsThatWorkedAndStallNowLeaveSomeTurnsToNewcomers() {
        for (int i = 0; i < 300; i++) {
            fixture.offer("stalls" + i + ".example").works();
        }
        offerToMany(300, 10);
        assertThat(fixture.working).hasSize(TURNS - TURNS / 8);
        for (int i = 0; i < TURNS / 8; i++) {
            assertThat(fixture.offer("newcomer" + i + ".example").starts).isEqualTo(1);
        }
    }

    @Test
    void aThousandDeadDestinationsThatAreProbedLeaveTurnsAndPlacesToNewcomers() {
        for (int i = 0; i < 1_000; i++) {
            fixture.offer("stalls" + i + ".example").fails();
        }
        fixture.pass(Penalty.FIRST);
        offerToMany(1_000, 5);
        assertThat(fixture.working).hasSize(TURNS / 2);
        assertThat(fixture.scheduler.held()).isLessThanOrEqualTo(PLACES / 2);
        for (int i = 0; i < TURNS / 4; i++) {
            assertThat(fixture.offer("newcomer" + i + ".example").starts).isEqualTo(1);
        }
    }

    @Test
    void newcomersGetTurnsThoughDestinationsThatWorkAlwaysHaveMoreToDo() {
        for (int i = 0; i < 300; i++) {
            fixture.offer("busy" + i + ".example").works();
        }
        for (int i = 0; i < 300; i++) {
            fixture.offer(4, "busy" + i + ".example");
        }
        Job newcomer = fixture.offer("newcomer.example");
        assertThat(newcomer.starts).isEqualTo(1);
    }

    @Test
    void tenThousandFreshDestinationsAreAllDoneAndNoneFillsTheRest() {
        List<Job> refused = new ArrayList<>();
        List<Job> all = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Job job = fixture.offer("fresh" + i + ".example");
            all.add(job);
            if (job.refusal != null) {
                refused.add(job);
            }
        }
        assertThat(refused).hasSize(10_000 - PLACES * 3 / 4).allMatch(job -> job.refusal.kind() == Refusal.Kind.NO_ROOM);
        while (!fixture.working.isEmpty()) {
            fixture.working.get(0).works();
        }
        for (Job job : refused) {
            Job again = fixture.offer(job.offeredTo);
            assertThat(again.refusal).isNull();
            fixture.working.get(0).works();
        }
        assertThat(all).filteredOn(job -> job.starts == 1).hasSize(PLACES * 3 / 4);
        fixture.assertNothingIsHeld();
    }

    @Test
    void destinationsThatWorkShareTheTurnsEvenly() {
        for (int i = 0; i < 10; i++) {
            fixture.limits.put("busy" + i + ".example", new DestinationLimits(200, Rate.NONE));
            for (int j = 0; j < 300; j++) {
                fixture.offer("busy" + i + ".example").works();
            }
        }
        for (int i = 0; i < 10; i++) {
            fixture.offer(100, "busy" + i + ".example");
        }
        for (int i = 0; i < 5_000; i++) {
            Job done = fixture.working.get(i * 7919 % fixture.working.size());
            done.works();
            fixture.offer(done.offeredTo);
        }
        for (int i = 0; i < 10; i++) {
            assertThat(fixture.workingAt("busy" + i + ".example").size()).isBetween(18, 22);
        }
    }

    @Test
    void whoHasAHundredThousandInTheLineDelaysNobodyByMoreThanOne() {
        FairLine<Job> line = new FairLine<>();
        for (int i = 0; i < 100_000; i++) {
            line.add(waiting("bulk", 5));
        }
        for (int i = 0; i < 100; i++) {
            line.add(waiting("person" + i, 5));
        }
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 102; i++) {
            order.add(line.poll().line);
        }
        assertThat(order).filteredOn("bulk"::equals).hasSize(2);
        line.add(waiting("late", 5));
        assertThat(List.of(line.poll().line, line.poll().line)).contains("late");
        for (int i = 0; i < 50_000; i++) {
            assertThat(line.poll().line).isEqualTo("bulk");
        }
        assertThat(line.size()).isEqualTo(100_101 - 104 - 50_000);
    }

    @Test
    void eachPriorityIsSlowerThanTheOneAboveItAndNoneStandsStill() {
        FairLine<Job> line = new FairLine<>();
        for (int i = 0; i < 1_000; i++) {
            line.add(waiting("high", 9));
            line.add(waiting("normal", 5));
            line.add(waiting("low", 0));
        }
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 800; i++) {
            order.add(line.poll().line);
        }
        assertThat(order).filteredOn("high"::equals).hasSize(500);
        assertThat(order).filteredOn("normal"::equals).hasSize(200);
        assertThat(order).filteredOn("low"::equals).hasSize(100);
    }

    private Waiting<Job> waiting(String line, int priority) {
        return new Waiting<>(fixture.new Job("x.example", line, priority));
    }

    private void offerToMany(int destinations, int mails) {
        for (int mail = 0; mail < mails; mail++) {
            for (int i = 0; i < destinations; i++) {
                fixture.offer("stalls" + i + ".example");
            }
        }
    }

    private void assertHealthyKeepsItsTurns() {
        for (int i = 0; i < 20; i++) {
            fixture.offer(30, "healthy.example");
            assertThat(fixture.workingAt("healthy.example")).hasSize(20);
            finishHealthy();
        }
    }

    private void assertHealthyKeepsItsRoom() {
        List<Job> jobs = fixture.offer(SchedulerLimits.LEAST_ROOM, "healthy.example");
        assertThat(jobs).allMatch(job -> job.refusal == null);
        assertThat(fixture.workingAt("healthy.example")).isNotEmpty();
        finishHealthy();
        assertThat(jobs).allMatch(job -> job.starts == 1);
    }

    private void finishHealthy() {
        while (!fixture.workingAt("healthy.example").isEmpty()) {
            fixture.workingAt("healthy.example").get(0).works();
        }
    }
}
