// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

import org.postlane.testing.VirtualTime;

/** A scheduler whose time, dice, threads and tasks the test moves by hand. */
final class SchedulerFixture {
    final VirtualTime time = new VirtualTime();
    final Deque<Runnable> calls = new ArrayDeque<>();
    /** Turns that have been given and not been ended by the test, oldest first. */
    final List<Job> working = new ArrayList<>();
    final Map<String, DestinationLimits> limits = new HashMap<>();
    final Scheduler<Job> scheduler;
    double dice;

    SchedulerFixture(int places, int turns) {
        this(places, turns, null);
    }

    SchedulerFixture(int places, int turns, Executor executor) {
        scheduler = new Scheduler<>(new SchedulerLimits(places, turns),
            name -> limits.getOrDefault(name, DestinationLimits.DEFAULTS), executor == null ? calls::add : executor, time,
            time::now, () -> dice);
    }

    /** A task that does nothing by itself. */
    class Job implements Task {
        final String line;
        final int priority;
        final String offeredTo;
        Scheduler.Place place;
        Turn turn;
        int starts;
        Refusal refusal;
        /** Since when it has got nowhere, on the clock of the test; null where it may not be given up. */
        Long stalledSince;
        /** For how long it should have got nowhere when it was asked to give way last. */
        Duration asked;

        Job(String offeredTo, String line, int priority) {
            this.offeredTo = offeredTo;
            this.line = line;
            this.priority = priority;
        }

        @Override
        public String line() {
            return line;
        }

        @Override
        public int priority() {
            return priority;
        }

        @Override
        public long nanosStalled() {
            return stalledSince == null ? -1 : time.now() - stalledSince;
        }

        @Override
        public void giveWay(Duration stalledFor) {
            asked = stalledFor;
        }

        /** Gets nowhere from now on. */
        Job stalls() {
            stalledSince = time.now();
            return this;
        }

        @Override
        public void start(Turn given) {
            assertThat(refusal).isNull();
            starts++;
            turn = given;
            working.add(this);
        }

        @Override
        public void refused(Refusal why) {
            assertThat(refusal).isNull();
            refusal = why;
        }

        boolean waits() {
            return starts == 0 && refusal == null;
        }

        void works() {
            over();
            turn.worked();
            run();
        }

        void fails() {
            over();
            turn.failed("451 no");
            run();
        }

        void over() {
            assertThat(working.remove(this)).isTrue();
        }
    }

    Job offer(String destination) {
        return offer(destination, "sender", 5);
    }

    Job offer(String destination, String line, int priority) {
        return offer(new Job(destination, line, priority));
    }

    Job offer(Job job) {
        job.place = scheduler.offer(job.offeredTo, job);
        run();
        return job;
    }

    List<Job> offer(int count, String destination) {
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(offer(destination));
        }
        return jobs;
    }

    void run() {
        for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
            call.run();
        }
    }

    void pass(Duration span) {
        time.advance(span);
        run();
    }

    List<Job> workingAt(String destination) {
        List<Job> there = new ArrayList<>(working);
        there.removeIf(job -> !job.turn.destination().equals(destination));
        return there;
    }

    /** Lets a destination work until it has its widest window. */
    void widen(String destination) {
        offer(destination).works();
        for (int i = 0; i < 40; i++) {
            offer(status(destination).concurrency(), destination);
            while (!workingAt(destination).isEmpty()) {
                workingAt(destination).get(0).works();
            }
        }
    }

    /** Lets a destination without work fail until its penalty is as long as this. */
    void penalise(String destination, Duration atLeast) {
        offer(destination).fails();
        while (status(destination).remaining().orElse(Duration.ZERO).compareTo(atLeast) < 0) {
            pass(status(destination).remaining().orElseThrow());
            offer(destination).fails();
        }
    }

    DestinationStatus status(String destination) {
        return scheduler.destination(destination).orElseThrow();
    }

    DestinationStatus.State state(String destination) {
        return status(destination).state();
    }

    /** Nothing is counted that is not there. */
    void assertNothingIsHeld() {
        run();
        assertThat(working).isEmpty();
        assertThat(scheduler.held()).isZero();
        assertThat(scheduler.turns()).isZero();
    }
}
