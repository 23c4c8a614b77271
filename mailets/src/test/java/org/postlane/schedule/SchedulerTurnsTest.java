// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.postlane.schedule.SchedulerFixture.Job;

/** Turns and tasks: each turn ends once, and each task hears of it once. */
class SchedulerTurnsTest {
    private final SchedulerFixture fixture = new SchedulerFixture(100, 32);

    @Test
    void onlyTheFirstEndOfATurnCounts() {
        Job job = fixture.offer("a.example");
        job.works();
        job.turn.failed("late");
        job.turn.unused();
        job.turn.worked();
        job.turn.passTo("b.example");
        assertThat(job.turn.again("late")).isFalse();
        assertThat(fixture.status("a.example").succeeded()).isEqualTo(1);
        assertThat(fixture.status("a.example").failed()).isZero();
        assertThat(fixture.scheduler.destination("b.example")).isEmpty();
        fixture.assertNothingIsHeld();
    }

    @Test
    void whatGetsAnotherTurnGoesBeforeAllOthersWhoeverTheyAreFor() {
        fixture.widen("busy.example");
        for (int i = 0; i < 20; i++) {
            fixture.offer("busy.example", "sender" + i, 9);
        }
        Job turnedAway = fixture.workingAt("busy.example").get(3);
        int held = fixture.scheduler.held();
        turnedAway.over();
        assertThat(turnedAway.turn.again("421 too many")).isTrue();
        fixture.run();
        assertThat(fixture.scheduler.held()).isEqualTo(held);
        assertThat(turnedAway.starts).isEqualTo(1);
        while (turnedAway.starts == 1) {
            Job next = fixture.working.get(0);
            next.works();
            fixture.offer("busy.example", "new", 9);
        }
        assertThat(fixture.working).last().isEqualTo(turnedAway);
        while (!fixture.working.isEmpty()) {
            fixture.working.get(0).works();
        }
        fixture.assertNothingIsHeld();
    }

    @Test
    void whatWaitsForAnotherTurnCanBeWithdrawn() {
        fixture.widen("busy.example");
        fixture.offer(20, "busy.example");
        Job job = fixture.working.get(0);
        job.over();
        assertThat(job.turn.again("421 too many")).isTrue();
        fixture.run();
        assertThat(job.place.withdraw()).isTrue();
        assertThat(job.place.withdraw()).isFalse();
        while (!fixture.working.isEmpty()) {
            fixture.working.get(0).works();
        }
        assertThat(job.starts).isEqualTo(1);
        fixture.assertNothingIsHeld();
    }

    @Test
    void noOtherTurnForWhatADestinationIsPenalisedFor() {
        Job job = fixture.offer("new.example");
        job.over();
        assertThat(job.turn.again("421 go away")).isFalse();
        fixture.run();
        assertThat(fixture.state("new.example")).isEqualTo(DestinationStatus.State.PENALISED);
        assertThat(job.refusal).isNull();
        fixture.assertNothingIsHeld();
    }

    @Test
    void whatIsPassedOnIsCountedWhereItGoes() {
        List<Job> jobs = fixture.offer(3, "customer.example");
        Job first = jobs.get(0);
        first.over();
        first.turn.passTo("provider.example");
        fixture.run();
        assertThat(first.turn.destination()).isEqualTo("provider.example");
        assertThat(first.starts).isEqualTo(2);
        assertThat(fixture.workingAt("customer.example")).hasSize(2);
        assertThat(fixture.scheduler.held()).isEqualTo(3);
        fixture.workingAt("customer.example").forEach(job -> {
            job.over();
            job.turn.passTo("provider.example");
        });
        fixture.run();
        assertThat(fixture.workingAt("provider.example")).hasSize(1);
        while (!fixture.working.isEmpty()) {
            Job job = fixture.working.get(0);
            if (job.turn.destination().equals("customer.example")) {
                job.over();
                job.turn.passTo("provider.example");
                fixture.run();
            } else {
                job.works();
            }
        }
        assertThat(jobs).allMatch(job -> job.refusal == null);
        fixture.assertNothingIsHeld();
    }

    @Test
    void whatIsPassedOnMayBeRefusedThereAndWithdrawnThere() {
        fixture.scheduler.bounce("closed.example", Duration.ofHours(1), "no more");
        Job refused = fixture.offer("a.example");
        refused.over();
        refused.turn.passTo("closed.example");
        fixture.run();
        assertThat(refused.refusal.kind()).isEqualTo(Refusal.Kind.BOUNCED);
        fixture.offer("provider.example");
        Job withdrawn = fixture.offer("a.example");
        withdrawn.over();
        withdrawn.turn.passTo("provider.example");
        fixture.run();
        assertThat(withdrawn.starts).isEqualTo(1);
        assertThat(withdrawn.place.withdraw()).isTrue();
        fixture.working.get(0).works();
        assertThat(withdrawn.starts).isEqualTo(1);
        fixture.assertNothingIsHeld();
    }

    @Test
    void whatWasWithdrawnIsNotStartedAndWhatWasStartedIsNotWithdrawn() {
        List<Job> jobs = fixture.offer(2, "a.example");
        assertThat(jobs.get(0).place.withdraw()).isFalse();
        assertThat(jobs.get(1).place.withdraw()).isTrue();
        jobs.get(0).works();
        assertThat(jobs.get(1).starts).isZero();
        fixture.assertNothingIsHeld();
    }

    @Test
    void whatWasRefusedIsNotWithdrawnToo() {
        fixture.scheduler.suspend("a.example", Optional.empty());
        Job job = fixture.offer("a.example");
        assertThat(job.refusal).isNotNull();
        assertThat(job.place.withdraw()).isFalse();
    }

    @Test
    void aTaskThatThrowsInItsTurnDoesNotKeepTheTurn() {
        for (int i = 0; i < 100; i++) {
            fixture.offer(fixture.new Job("a.example", "sender", 5) {
                @Override
                public void start(Turn given) {
                    throw new IllegalStateException("broken");
                }
            });
        }
        fixture.assertNothingIsHeld();
        assertThat(fixture.state("a.example")).isEqualTo(DestinationStatus.State.READY);
        fixture.offer("a.example").works();
    }

    @Test
    void aTaskThatThrowsWhenItIsRefusedDoesNotKeepTheOthersFromHearingOfIt() {
        SchedulerFixture direct = new SchedulerFixture(100, 32, Runnable::run);
        direct.offer("a.example");
        direct.offer(direct.new Job("a.example", "sender", 5) {
            @Override
            public void refused(Refusal why) {
                throw new IllegalStateException("broken");
            }
        });
        Job other = direct.offer("a.example");
        direct.scheduler.close();
        assertThat(other.refusal.kind()).isEqualTo(Refusal.Kind.CLOSED);
    }

    @Test
    void aTaskThatCannotSayWhoseItIsIsTheCallersMistakeAndCostsNoPlace() {
        assertThatThrownBy(() -> fixture.offer("a.example", null, 5)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> fixture.offer((String) null)).isInstanceOf(NullPointerException.class);
        fixture.assertNothingIsHeld();
    }

    @Test
    void aTaskThatChangesItsMindAboutItsPriorityIsNotLost() {
        fixture.offer("a.example");
        int[] answer = {9};
        Job job = fixture.offer(fixture.new Job("a.example", "sender", 9) {
            @Override
            public int priority() {
                return answer[0];
            }
        });
        answer[0] = 0;
        assertThat(job.place.withdraw()).isTrue();
        fixture.working.get(0).works();
        fixture.assertNothingIsHeld();
    }

    @Test
    void whereLimitsCannotBeFoundTheDefaultsHold() {
        Scheduler<Job> scheduler = new Scheduler<>(new SchedulerLimits(10, 10), name -> {
            if (name.startsWith("bad")) {
                throw new IllegalStateException("broken");
            }
            return name.startsWith("null") ? null : new DestinationLimits(3, Rate.NONE);
        }, fixture.calls::add, fixture.time, fixture.time::now, () -> 0);
        scheduler.offer("null.example", fixture.new Job("null.example", "sender", 5));
        scheduler.offer("good.example", fixture.new Job("good.example", "sender", 5));
        fixture.run();
        Job job = fixture.working.get(0);
        job.over();
        job.turn.passTo("bad.example");
        fixture.run();
        assertThat(scheduler.destination("bad.example").orElseThrow().limits()).isEqualTo(DestinationLimits.DEFAULTS);
        assertThat(scheduler.destination("null.example").orElseThrow().limits()).isEqualTo(DestinationLimits.DEFAULTS);
        scheduler.limit(name -> {
            throw new IllegalStateException("broken");
        });
        List.copyOf(fixture.working).forEach(Job::works);
        assertThat(scheduler.held()).isZero();
        assertThat(scheduler.turns()).isZero();
    }

    @Test
    void whereNoThreadIsLeftEverythingIsRefusedAndNothingIsLost() {
        AtomicBoolean stopped = new AtomicBoolean();
        SchedulerFixture stopping = new SchedulerFixture(100, 32, call -> {
            if (stopped.get()) {
                throw new RejectedExecutionException("stopped");
            }
            call.run();
        });
        List<Job> jobs = stopping.offer(20, "a.example");
        assertThat(stopping.working).hasSize(1);
        stopped.set(true);
        stopping.working.get(0).works();
        assertThat(jobs.subList(1, 20)).allMatch(job -> job.starts == 0 && job.refusal.kind() == Refusal.Kind.CLOSED);
        stopping.assertNothingIsHeld();
        assertThat(stopping.offer("b.example").refusal.kind()).isEqualTo(Refusal.Kind.CLOSED);
        stopped.set(false);
        assertThat(stopping.offer("a.example").starts).isEqualTo(1);
    }

    @Test
    void whereNoThreadCanBeMadeNowTheTaskMayComeAgainForThatIsNoEnd() {
        SchedulerFixture failing = new SchedulerFixture(100, 32, call -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        List<Job> jobs = failing.offer(20, "a.example");
        assertThat(jobs).allMatch(job -> job.refusal.kind() == Refusal.Kind.NO_ROOM);
        failing.assertNothingIsHeld();
    }

    @Test
    void anExecutorThatQueuesACallAndThenFailsDoesNotMakeItTwice() {
        List<Runnable> queued = new ArrayList<>();
        SchedulerFixture failing = new SchedulerFixture(100, 32, call -> {
            queued.add(call);
            throw new OutOfMemoryError("unable to create native thread");
        });
        Job job = failing.offer("a.example");
        queued.forEach(Runnable::run);
        assertThat(job.refusal).isNotNull();
        assertThat(job.starts).isZero();
        failing.assertNothingIsHeld();
    }

    @Test
    void aTurnThatStoodInLineMakesTheTurnsNoMoreAndTheDestinationWorksAllTheSame() {
        for (int i = 0; i < 4; i++) {
            fixture.offer("works.example").works();
        }
        int before = fixture.status("works.example").concurrency();
        for (int i = 0; i < 50; i++) {
            Job job = fixture.offer("works.example");
            job.turn.stoodInLine();
            job.works();
        }
        assertThat(fixture.status("works.example").concurrency()).isEqualTo(before);
        assertThat(fixture.status("works.example").succeeded()).isEqualTo(54);
        fixture.offer("works.example").works();
        assertThat(fixture.status("works.example").concurrency()).isEqualTo(before + 1);
    }

    @Test
    void whereTurnsAreHardlyUsedTheyBecomeNoMoreThanAFew() {
        for (int i = 0; i < 50; i++) {
            fixture.offer("trickle.example").works();
        }
        assertThat(fixture.status("trickle.example").concurrency()).isEqualTo(SchedulerLimits.SMALL_WINDOW);
        fixture.offer(SchedulerLimits.SMALL_WINDOW, "trickle.example");
        fixture.workingAt("trickle.example").get(0).works();
        assertThat(fixture.status("trickle.example").concurrency()).isEqualTo(SchedulerLimits.SMALL_WINDOW + 1);
    }

    @Test
    void aHundredThousandTasksThatEndInTheThreadThatStartsThemDoNotOverflowTheStack() {
        SchedulerFixture direct = new SchedulerFixture(200_000, 32, Runnable::run);
        int[] done = new int[1];
        boolean[] hold = {true};
        List<Turn> held = new ArrayList<>();
        for (int i = 0; i < 70_000; i++) {
            direct.offer(direct.new Job("a.example", "sender", 5) {
                @Override
                public void start(Turn given) {
                    if (hold[0]) {
                        held.add(given);
                    } else {
                        done[0]++;
                        given.worked();
                    }
                }
            });
        }
        hold[0] = false;
        held.get(0).worked();
        assertThat(done[0]).isEqualTo(69_999);
        direct.assertNothingIsHeld();
    }
}
