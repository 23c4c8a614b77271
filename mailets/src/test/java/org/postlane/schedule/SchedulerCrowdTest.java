// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.postlane.schedule.SchedulerFixture.Job;

/** More for one destination than it has room for. */
class SchedulerCrowdTest {
    private static final int PLACES = 100;
    private static final int TURNS = 10;
    private static final Duration MOMENT = SchedulerLimits.ABOUT_TO_HAVE_ROOM;

    private final SchedulerFixture fixture = new SchedulerFixture(PLACES, TURNS);

    /** Offers until one is refused, and returns that. */
    private Job overfill(String destination) {
        Job job = fixture.offer(destination);
        while (job.refusal == null) {
            job = fixture.offer(destination);
        }
        return job;
    }

    /** One after the other, each of which takes a time. */
    private void work(String destination, int times, Duration each) {
        for (int i = 0; i < times; i++) {
            Job job = fixture.offer(destination);
            fixture.pass(each);
            job.works();
        }
    }

    private int offeredUntilCrowded(String destination) {
        int offered = 0;
        while (!fixture.scheduler.isCrowded()) {
            fixture.offer(destination);
            offered++;
        }
        return offered;
    }

    @Test
    void aDestinationThatWorksTakesAFewBeyondItsRoomAndSaysThatItIsCrowded() {
        fixture.widen("fast.example");
        int room = offeredUntilCrowded("fast.example");
        assertThat(room).isBetween(PLACES / 4, PLACES);
        overfill("fast.example");
        assertThat(fixture.status("fast.example").waiting() + fixture.status("fast.example").underWay())
            .isBetween(room + 1, room + SchedulerLimits.CROWD);
    }

    @Test
    void aCrowdIsOverAsSoonAsThereIsRoomAgain() {
        fixture.widen("fast.example");
        offeredUntilCrowded("fast.example");
        fixture.workingAt("fast.example").get(0).works();
        fixture.workingAt("fast.example").get(0).works();
        assertThat(fixture.scheduler.isCrowded()).isFalse();
    }

    @Test
    void nobodyWaitsForADestinationThatHasComeToStandStill() {
        fixture.widen("stalls.example");
        offeredUntilCrowded("stalls.example");
        fixture.pass(MOMENT.plusMillis(1));
        assertThat(fixture.scheduler.isCrowded()).isFalse();
        assertThat(fixture.offer("stalls.example").refusal.kind()).isEqualTo(Refusal.Kind.NO_ROOM);
        assertThat(fixture.scheduler.isCrowded()).isFalse();
    }

    @Test
    void aDestinationThatWorkedAndHasSomethingToDoAgainIsWaitedForAsOneThatIsNew() {
        fixture.widen("bursts.example");
        while (!fixture.workingAt("bursts.example").isEmpty()) {
            fixture.workingAt("bursts.example").get(0).works();
        }
        fixture.pass(MOMENT.multipliedBy(10));
        int room = offeredUntilCrowded("bursts.example");
        overfill("bursts.example");
        assertThat(fixture.status("bursts.example").waiting() + fixture.status("bursts.example").underWay())
            .isBetween(room + 1, room + SchedulerLimits.CROWD);
        fixture.pass(SchedulerLimits.FIRST_LOOK);
        assertThat(fixture.scheduler.isCrowded()).isFalse();
    }

    @Test
    void nobodyWaitsForOneCrowdAmongManyDestinationsWithRoom() {
        fixture.widen("fast.example");
        for (int i = 0; i < 30; i++) {
            fixture.offer("other" + i + ".example").works();
            fixture.offer("other" + i + ".example");
            fixture.offer("other" + i + ".example");
        }
        overfill("fast.example");
        assertThat(fixture.status("fast.example").waiting() + fixture.status("fast.example").underWay()).isLessThan(60);
        assertThat(fixture.scheduler.isCrowded()).isFalse();
    }

    @Test
    void aNewDestinationIsWaitedForInItsFirstMomentAndNoLonger() {
        overfill("new.example");
        assertThat(fixture.scheduler.isCrowded()).isTrue();
        fixture.pass(SchedulerLimits.FIRST_LOOK.minusMillis(1));
        assertThat(fixture.scheduler.isCrowded()).isTrue();
        fixture.pass(Duration.ofMillis(1));
        assertThat(fixture.scheduler.isCrowded()).isFalse();
    }

    @Test
    void manyThatWorkAndHaveAllPlacesTogetherAreWaitedForWhileTheyGetOn() {
        for (int i = 0; i < 50; i++) {
            fixture.offer("works" + i + ".example").works();
        }
        for (int i = 0; !fixture.scheduler.isCrowded(); i++) {
            assertThat(fixture.offer("works" + i % 50 + ".example").refusal).isNull();
        }
        fixture.pass(MOMENT.plusMillis(1));
        assertThat(fixture.scheduler.isCrowded()).isFalse();
        fixture.working.get(0).works();
        assertThat(fixture.offer("works0.example").refusal).isNull();
        assertThat(fixture.scheduler.isCrowded()).isTrue();
    }

    @Test
    void newDestinationsGetNoMorePlacesByBeingWaitedFor() {
        for (int i = 0; i < 50; i++) {
            overfill("new" + i + ".example");
        }
        assertThat(fixture.scheduler.held()).isLessThanOrEqualTo(new SchedulerLimits(PLACES, TURNS).placesForFirst());
        assertThat(overfill("new.example").refusal.kind()).isEqualTo(Refusal.Kind.NO_ROOM);
    }

    @Test
    void whatOthersHoldThatGetNowhereDoesNotKeepAFastOneFromBeingWaitedFor() {
        fixture.widen("fast.example");
        for (int i = 0; i < PLACES; i++) {
            fixture.offer("stalls" + i + ".example");
        }
        fixture.pass(SchedulerLimits.FIRST_LOOK);
        fixture.offer("fast.example").works();
        overfill("fast.example");
        assertThat(fixture.scheduler.isCrowded()).isTrue();
    }

    @Test
    void nobodyWaitsForADestinationThatIsHeldUpByItsRate() {
        fixture.limits.put("slow.example", new DestinationLimits(20, Rate.of(60, Duration.ofMinutes(1))));
        fixture.offer("slow.example").works();
        overfill("slow.example");
        assertThat(fixture.scheduler.isCrowded()).isFalse();
    }

    @Test
    void whoFindsNoRoomIsExpectedWhenThoseBeforeHimAreDone() {
        work("steady.example", 100, Duration.ofMillis(100));
        fixture.offer("steady.example");
        work("steady.example", 50, Duration.ofMillis(100));
        int held = 1 + (int) fixture.offer(PLACES, "steady.example").stream().filter(job -> job.refusal == null).count();
        Duration first = fixture.offer("steady.example").refusal.remaining();
        Duration second = fixture.offer("steady.example").refusal.remaining();
        Duration one = Duration.ofMillis((long) (100 * SchedulerLimits.BROUGHT_AGAIN));
        assertThat(second.minus(first)).isCloseTo(one, Duration.ofMillis(2));
        assertThat(first).isCloseTo(one.multipliedBy(PLACES), one.multipliedBy(3));
        assertThat(held).isLessThan(PLACES);
    }

    @Test
    void whoFindsNoRoomInTheFirstSecondIsExpectedWhenItIsOverHoweverFastItBegan() {
        fixture.offer("quick.example").works();
        fixture.offer("quick.example");
        work("quick.example", 20, Duration.ofMillis(20));
        assertThat(fixture.offer(3 * PLACES, "quick.example").stream().filter(job -> job.refusal != null))
            .isNotEmpty().allMatch(job -> job.refusal.remaining().equals(Duration.ofMillis(600)));
    }

    @Test
    void theTimeInWhichADestinationHadNothingToDoIsNotCountedAsTimeThatItTook() {
        for (int burst = 0; burst < 5; burst++) {
            work("bursts.example", 100, Duration.ofMillis(5));
            fixture.pass(Duration.ofSeconds(9));
        }
        fixture.offer("bursts.example");
        work("bursts.example", 200, Duration.ofMillis(5));
        Duration last = Duration.ZERO;
        for (Job job : fixture.offer(2 * PLACES, "bursts.example")) {
            last = job.refusal == null ? last : job.refusal.remaining();
        }
        assertThat(last).isBetween(Duration.ofMillis(100), Duration.ofMillis(5 * 2 * PLACES));
    }

    @Test
    void aGuessThatWasTooBadDoesNotLastOnceItShows() {
        work("quick.example", 1, Duration.ofSeconds(1));
        fixture.offer("quick.example");
        work("quick.example", 14, Duration.ofSeconds(1));
        List<Job> slow = fixture.offer(2 * PLACES, "quick.example");
        assertThat(slow.get(slow.size() - 1).refusal.remaining()).isGreaterThan(Duration.ofSeconds(PLACES));
        slow.stream().filter(job -> job.refusal == null).forEach(job -> {
            job.works();
            fixture.pass(Duration.ofMillis(1));
        });
        Duration after = fixture.offer(2 * PLACES, "quick.example").stream().filter(job -> job.refusal != null)
            .findFirst().orElseThrow().refusal.remaining();
        assertThat(after).isLessThan(Duration.ofSeconds(PLACES / 2));
    }

    @Test
    void nobodyIsExpectedLaterThanAfterFiveMinutes() {
        work("slow.example", 1, Duration.ofSeconds(10));
        fixture.offer("slow.example");
        work("slow.example", 1, Duration.ofSeconds(10));
        List<Job> jobs = fixture.offer(PLACES + 100, "slow.example");
        assertThat(jobs.get(jobs.size() - 1).refusal.remaining()).isEqualTo(Duration.ofMinutes(5));
        assertThat(fixture.offer("slow.example").refusal.remaining()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void whoseDestinationHasBegunAMomentAgoIsExpectedWhenItHasShownWhetherItWorks() {
        overfill("new.example");
        fixture.pass(Duration.ofMillis(300));
        assertThat(fixture.offer("new.example").refusal.remaining())
            .isEqualTo(SchedulerLimits.FIRST_LOOK.minus(Duration.ofMillis(300)));
    }

    @Test
    void whoseDestinationIsSuspendedIsExpectedAtNoTime() {
        fixture.scheduler.suspend("said.example", Optional.empty());
        assertThat(List.of(fixture.offer("said.example").refusal.remaining())).containsOnly(Duration.ZERO);
    }

    @Test
    void whoseDestinationGetsNowhereIsExpectedTheLaterTheLongerThatIsSo() {
        overfill("stalls.example");
        fixture.pass(Duration.ofSeconds(3));
        assertThat(fixture.offer("stalls.example").refusal.remaining()).isEqualTo(Duration.ofSeconds(12));
        fixture.pass(Duration.ofHours(1));
        assertThat(fixture.offer("stalls.example").refusal.remaining()).isEqualTo(SchedulerLimits.EXPECTED_WITHIN);
        fixture.workingAt("stalls.example").get(0).works();
        fixture.pass(Duration.ofMinutes(2));
        overfill("stalls.example");
        assertThat(fixture.offer("stalls.example").refusal.remaining()).isEqualTo(SchedulerLimits.EXPECTED_WITHIN);
    }

    @Test
    void whoseDestinationHadNothingToDoIsNotExpectedLateForThat() {
        fixture.offer("rare.example").works();
        fixture.pass(Duration.ofMinutes(10));
        assertThat(overfill("rare.example").refusal.remaining()).isEqualTo(SchedulerLimits.FIRST_LOOK);
    }
}
