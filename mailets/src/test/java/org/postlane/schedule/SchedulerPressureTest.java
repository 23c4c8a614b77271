// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

/** Who gives way when more destinations that have shown nothing want a turn than there are turns for them. */
class SchedulerPressureTest {
    private static final int TURNS = 16;
    /** Three quarters. */
    private static final int UNPROVEN = 12;

    private final SchedulerFixture fixture = new SchedulerFixture(100, TURNS);

    private List<SchedulerFixture.Job> tarpits(int count) {
        List<SchedulerFixture.Job> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(fixture.offer("tarpit" + i).stalls());
            fixture.pass(Duration.ofMillis(1));
        }
        assertThat(jobs).allMatch(job -> job.turn != null);
        return jobs;
    }

    private List<SchedulerFixture.Job> asked() {
        return fixture.working.stream().filter(job -> job.asked != null).toList();
    }

    /** What a task does that is asked to give way. */
    private void thoseAskedGiveWay() {
        for (SchedulerFixture.Job job : asked()) {
            job.fails();
        }
        fixture.run();
    }

    @Test
    void aNewDestinationGetsTheTurnOfTheOneThatHasGotNowhereForLongest() {
        List<SchedulerFixture.Job> tarpits = tarpits(UNPROVEN);
        SchedulerFixture.Job late = fixture.offer("new");
        assertThat(late.waits()).isTrue();
        fixture.pass(Duration.ofSeconds(11));

        assertThat(asked()).containsExactly(tarpits.get(0));
        assertThat(tarpits.get(0).asked).isEqualTo(SchedulerLimits.PATIENCE);
        thoseAskedGiveWay();
        assertThat(late.starts).isEqualTo(1);
        assertThat(fixture.state("tarpit0")).isEqualTo(DestinationStatus.State.PENALISED);
    }

    @Test
    void nobodyGivesWayBeforeItsPatienceIsOver() {
        tarpits(UNPROVEN);
        fixture.offer("new");
        fixture.pass(Duration.ofSeconds(9));
        assertThat(asked()).isEmpty();
    }

    @Test
    void nobodyGivesWayWhileNobodyWaits() {
        tarpits(UNPROVEN - 1);
        fixture.offer("new").stalls();
        fixture.pass(Duration.ofMinutes(4));
        assertThat(asked()).isEmpty();
        assertThat(fixture.time.pending()).as("timers").isZero();
    }

    @Test
    void nobodyGivesWayForADestinationThatHasATurnAlready() {
        tarpits(UNPROVEN - 1);
        fixture.offer("one").works();
        fixture.offer("one").stalls();
        fixture.pass(SchedulerLimits.PROVEN_FOR.plusSeconds(1));
        fixture.offer("one");
        fixture.pass(Duration.ofMinutes(2));
        assertThat(asked()).isEmpty();
    }

    @Test
    void asManyGiveWayAsDestinationsWait() {
        tarpits(UNPROVEN);
        for (int i = 0; i < 5; i++) {
            fixture.offer("new" + i);
        }
        fixture.pass(Duration.ofSeconds(11));
        assertThat(asked()).hasSize(5);
    }

    @Test
    void whoMustNotBeGivenUpIsLeftAloneAndTheNextIsAsked() {
        List<SchedulerFixture.Job> tarpits = tarpits(UNPROVEN);
        tarpits.get(0).stalledSince = null;
        fixture.offer("new");
        fixture.pass(Duration.ofSeconds(11));
        assertThat(asked()).containsExactly(tarpits.get(1));
    }

    @Test
    void whoIsAskedAndGoesOnIsNotAskedAgainBeforeOthers() {
        List<SchedulerFixture.Job> tarpits = tarpits(UNPROVEN);
        fixture.offer("new");
        fixture.pass(Duration.ofSeconds(11));
        assertThat(asked()).hasSize(1);
        fixture.pass(SchedulerLimits.GIVES_WAY_WITHIN);
        assertThat(asked()).containsExactly(tarpits.get(0), tarpits.get(1));
    }

    @Test
    void turnsOfADestinationThatWorksAreNotAskedFor() {
        fixture.widen("works");
        fixture.offer(4, "works").forEach(SchedulerFixture.Job::stalls);
        fixture.pass(Duration.ofSeconds(15));
        tarpits(UNPROVEN);
        fixture.offer("new");
        fixture.pass(Duration.ofSeconds(11));
        assertThat(asked()).hasSize(1).noneMatch(job -> job.offeredTo.equals("works"));
    }

    @Test
    void patienceGrowsEachTimeAndASuccessEndsThat() {
        List<Duration> asked = new ArrayList<>();
        List<SchedulerFixture.Job> all = tarpits(UNPROVEN);
        SchedulerFixture.Job slow = all.get(0);
        all.subList(1, UNPROVEN).forEach(job -> job.stalledSince = null);
        for (int i = 0; i < 5; i++) {
            fixture.offer("new" + i);
            fixture.pass(Duration.ofSeconds(Math.min(60, 10L << i) + 1));
            asked.add(slow.asked);
            slow.fails();
            fixture.working.stream().filter(job -> job.offeredTo.startsWith("new")).toList()
                .forEach(SchedulerFixture.Job::works);
            fixture.pass(fixture.status("tarpit0").remaining().orElse(Duration.ZERO));
            slow = fixture.offer("tarpit0").stalls();
        }
        assertThat(asked).extracting(Duration::toSeconds).containsExactly(10L, 20L, 40L, 60L, 60L);

        slow.works();
        SchedulerFixture.Job again = fixture.offer("tarpit0").stalls();
        fixture.pass(SchedulerLimits.PROVEN_FOR.plusSeconds(1));
        fixture.offer("last");
        fixture.pass(Duration.ofSeconds(2));
        assertThat(again.asked).isEqualTo(SchedulerLimits.PATIENCE);
    }

    /** A window of many turns that all stall at once is one proof of slowness, not many. */
    @Test
    void theTurnsOfOneDestinationThatGiveWayTogetherCountOnce() {
        fixture.widen("stands");
        fixture.offer(UNPROVEN, "stands").forEach(SchedulerFixture.Job::stalls);
        tarpits(UNPROVEN - fixture.workingAt("stands").size()).forEach(job -> job.stalledSince = null);
        fixture.pass(SchedulerLimits.PROVEN_FOR.plusSeconds(1));
        fixture.offer("new0");
        fixture.offer("new1");
        fixture.offer("new2");
        fixture.pass(Duration.ofSeconds(1));
        assertThat(asked()).as("one at once, and two together").extracting(job -> job.asked.toSeconds())
            .containsExactly(10L, 20L, 20L);
        thoseAskedGiveWay();
        fixture.working.stream().filter(job -> job.offeredTo.startsWith("new")).toList().forEach(SchedulerFixture.Job::stalls);
        fixture.offer("new3");
        fixture.pass(Duration.ofSeconds(1));
        assertThat(asked()).extracting(job -> job.asked).isNotEmpty().containsOnly(SchedulerLimits.PATIENCE.multipliedBy(4));
    }

    @Test
    void aProbeGetsTheTurnOfAnotherProbeThatGetsNowhere() {
        int failing = TURNS / 2;
        for (int i = 0; i <= failing; i++) {
            fixture.offer("down" + i).fails();
        }
        fixture.pass(Duration.ofSeconds(1));
        for (int i = 0; i < failing; i++) {
            fixture.offer("down" + i).stalls();
        }
        for (int i = 0; i < UNPROVEN - failing; i++) {
            fixture.offer("new" + i).stalls();
        }
        SchedulerFixture.Job probe = fixture.offer("down" + failing);
        assertThat(probe.waits()).isTrue();
        fixture.pass(Duration.ofSeconds(11));
        assertThat(asked()).singleElement().satisfies(job -> assertThat(job.offeredTo).startsWith("down"));
        thoseAskedGiveWay();
        assertThat(probe.starts).isEqualTo(1);
    }

    @Test
    void aNewDestinationThatFindsNoPlaceIsAReasonToGiveWayToo() {
        SchedulerFixture few = new SchedulerFixture(4, 1_000);
        SchedulerLimits limits = new SchedulerLimits(4, 1_000);
        int places = Math.min(limits.placesForFirst(), limits.unprovenFirstPlaces());
        for (int i = 0; i < places; i++) {
            few.offer("tarpit" + i).stalls();
        }
        few.pass(Duration.ofSeconds(11));
        assertThat(few.working).noneMatch(job -> job.asked != null);
        SchedulerFixture.Job late = few.offer("new");
        assertThat(late.refusal.kind()).isEqualTo(Refusal.Kind.NO_ROOM);
        assertThat(few.working.stream().filter(job -> job.asked != null)).hasSize(1);
        few.working.stream().filter(job -> job.asked != null).findFirst().orElseThrow().fails();
        assertThat(few.offer("new").starts).isEqualTo(1);
    }

    @Test
    void aDestinationThatWorksFindsAPlaceHoweverManyStall() {
        SchedulerFixture many = new SchedulerFixture(333, 1_024);
        many.offer("works").works();
        for (int i = 0; i < 1_500; i++) {
            many.offer("tarpit" + i);
        }
        assertThat(many.scheduler.turns()).isEqualTo(768);
        SchedulerFixture.Job next = many.offer("works");
        assertThat(next.starts).isEqualTo(1);
    }

    @Test
    void aDestinationThatIsBackIsProbedHoweverManyStall() {
        SchedulerFixture many = new SchedulerFixture(333, 1_024);
        many.offer("back").fails();
        for (int i = 0; i < 500; i++) {
            many.offer("tarpit" + i);
        }
        many.pass(Duration.ofSeconds(1));
        assertThat(many.offer("back").starts).isEqualTo(1);
    }
}
