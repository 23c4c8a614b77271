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
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.testing.VirtualTime;

/**
 * A million random operations in virtual time against a simple model of who waits, who works and who was told what. The model
 * knows nothing of penalties and windows: it checks what must hold whatever they decide.
 */
class SchedulerModelTest {
    private static final int OPERATIONS = 250_000;
    private static final int DESTINATIONS = 60;
    private static final int PLACES = 80;
    private static final int TURNS = 24;

    private final VirtualTime time = new VirtualTime();
    private final Deque<Runnable> calls = new ArrayDeque<>();
    private final SchedulerLimits limits = new SchedulerLimits(PLACES, TURNS);
    private final List<Job> working = new ArrayList<>();
    private final List<Job> waiting = new ArrayList<>();
    private final Map<String, DestinationLimits> bears = new HashMap<>();
    private Scheduler<Job> scheduler;
    private Random random;
    private long offered;
    private long started;
    private long refused;
    private long withdrawn;
    private long again;
    private long passed;

    private enum Fate { OFFERED, STARTED, REFUSED, WITHDRAWN, DONE }

    private final class Job implements Task {
        private final String line = "sender" + random.nextInt(5);
        private final int priority = random.nextInt(10);
        private Fate fate = Fate.OFFERED;
        private String at;
        private Turn turn;
        private Scheduler.Place place;

        Job(String at) {
            this.at = at;
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
        public void start(Turn given) {
            assertThat(fate).isEqualTo(Fate.OFFERED);
            fate = Fate.STARTED;
            assertThat(given.destination()).isEqualTo(at);
            turn = given;
            working.add(this);
            waiting.remove(this);
            started++;
        }

        @Override
        public void refused(Refusal refusal) {
            assertThat(fate).isEqualTo(Fate.OFFERED);
            assertThat(refusal.reason()).isNotNull();
            fate = Fate.REFUSED;
            waiting.remove(this);
            refused++;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whateverHappensNothingIsLostNothingIsExceededAndNobodyIsForgotten(long seed) {
        random = new Random(seed);
        scheduler = new Scheduler<>(limits, name -> bears.getOrDefault(name, DestinationLimits.DEFAULTS), calls::add, time,
            time::now, random::nextDouble);
        for (int i = 0; i < DESTINATIONS; i++) {
            bears.put(name(i), someLimits());
        }
        for (int i = 0; i < OPERATIONS; i++) {
            operate();
            if (random.nextInt(4) > 0) {
                run();
            }
            checkCounts();
            if (i % 50 == 0) {
                run();
                checkEachDestination();
            }
        }
        run();
        finish();
    }

    private void operate() {
        int dice = random.nextInt(1_000);
        if (dice < 450) {
            offer(name(random.nextInt(DESTINATIONS)));
        } else if (dice < 820) {
            end();
        } else if (dice < 860) {
            withdraw();
        } else if (dice < 980) {
            time.advance(Duration.ofMillis(random.nextInt(dice < 970 ? 200 : 60_000)));
        } else if (dice < 984) {
            scheduler.suspend(name(random.nextInt(DESTINATIONS)), random.nextBoolean() ? Optional.empty()
                : Optional.of(Duration.ofSeconds(random.nextInt(100))));
        } else if (dice < 987) {
            scheduler.bounce(name(random.nextInt(DESTINATIONS)), Duration.ofSeconds(random.nextInt(100)), "because");
        } else if (dice < 994) {
            scheduler.resume(name(random.nextInt(DESTINATIONS)));
        } else if (dice < 999) {
            scheduler.retryNow(name(random.nextInt(DESTINATIONS)));
        } else {
            bears.put(name(random.nextInt(DESTINATIONS)), someLimits());
            scheduler.limit(name -> bears.getOrDefault(name, DestinationLimits.DEFAULTS));
        }
    }

    private void offer(String destination) {
        Job job = new Job(destination);
        waiting.add(job);
        offered++;
        job.place = scheduler.offer(destination, job);
    }

    /** By its number, a destination works, fails, stalls or does a little of everything. */
    private void end() {
        if (working.isEmpty()) {
            return;
        }
        Job job = working.get(random.nextInt(working.size()));
        int kind = Integer.parseInt(job.at.substring(0, job.at.indexOf('.'))) % 4;
        if (kind == 3 && random.nextInt(50) > 0) {
            return;
        }
        working.remove(job);
        job.fate = Fate.DONE;
        boolean good = kind == 0 || (kind != 1 && random.nextInt(3) > 0);
        int how = random.nextInt(20);
        if (how == 0) {
            job.turn.unused();
        } else if (how == 1 && !job.at.equals(name(0))) {
            passed++;
            waitAt(job, name(0));
            job.turn.passTo(name(0));
        } else if (!good && how < 6) {
            waitAt(job, job.at);
            if (job.turn.again("421 enough")) {
                again++;
            } else {
                waiting.remove(job);
                job.fate = Fate.DONE;
            }
        } else if (good) {
            job.turn.worked();
        } else {
            job.turn.failed("450 no");
        }
        if (random.nextInt(100) == 0) {
            job.turn.worked();
        }
    }

    private void waitAt(Job job, String destination) {
        job.at = destination;
        job.fate = Fate.OFFERED;
        waiting.add(job);
    }

    private void withdraw() {
        if (waiting.isEmpty()) {
            return;
        }
        Job job = waiting.get(random.nextInt(waiting.size()));
        if (job.place.withdraw()) {
            assertThat(job.fate).isEqualTo(Fate.OFFERED);
            job.fate = Fate.WITHDRAWN;
            waiting.remove(job);
            withdrawn++;
        }
    }

    private void run() {
        for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
            call.run();
        }
    }

    private void checkCounts() {
        if (scheduler.turns() < 0 || scheduler.turns() > TURNS || scheduler.held() < scheduler.turns()
            || scheduler.held() > limits.mostTasks()) {
            throw new AssertionError(scheduler.turns() + " turns, " + scheduler.held() + " held");
        }
        if (calls.isEmpty()) {
            assertThat(scheduler.turns()).isEqualTo(working.size());
            assertThat(scheduler.held()).isEqualTo(working.size() + waiting.size());
        }
    }

    private void checkEachDestination() {
        Map<String, Integer> waits = count(waiting);
        Map<String, Integer> works = count(working);
        for (DestinationStatus status : scheduler.destinations()) {
            assertThat(status.waiting()).as(status.toString()).isEqualTo(waits.getOrDefault(status.name(), 0));
            assertThat(status.underWay()).as(status.toString()).isEqualTo(works.getOrDefault(status.name(), 0));
            assertThat(status.concurrency()).isBetween(1, status.limits().concurrency());
            assertThat(couldStart(status)).as("forgotten with %s turns: %s", scheduler.turns(), status).isFalse();
            if (status.state() == DestinationStatus.State.SUSPENDED || status.state() == DestinationStatus.State.BOUNCING) {
                assertThat(status.waiting()).as(status.toString()).isZero();
            }
        }
    }

    /** Whether it has work and all shares that it may belong to have turns for it. */
    private boolean couldStart(DestinationStatus status) {
        if (status.waiting() == 0 || status.limits().rate().isLimited()) {
            return false;
        }
        return switch (status.state()) {
            case READY -> status.underWay() < Math.min(status.concurrency(), limits.unprovenTurns() - scheduler.turns());
            case PROBING -> status.underWay() == 0 && scheduler.turns() < limits.failingTurns();
            default -> false;
        };
    }

    private static Map<String, Integer> count(List<Job> jobs) {
        Map<String, Integer> counts = new HashMap<>();
        jobs.forEach(job -> counts.merge(job.at, 1, Integer::sum));
        return counts;
    }

    /** With nothing but time, and turns that work, everything comes to an end: no wake-up is lost. */
    private void finish() {
        checkCounts();
        checkEachDestination();
        for (int i = 0; i < 1_000_000 && !(working.isEmpty() && waiting.isEmpty()); i++) {
            if (working.isEmpty()) {
                assertThat(time.toNextTimer()).as("a timer for what waits at %s", count(waiting)).isTrue();
            } else {
                Job job = working.remove(0);
                job.fate = Fate.DONE;
                job.turn.worked();
            }
            run();
        }
        assertThat(waiting).isEmpty();
        assertThat(scheduler.held()).isZero();
        assertThat(scheduler.turns()).isZero();
        assertThat(started + refused + withdrawn).isEqualTo(offered + again + passed);
        assertThat(List.of(started, refused, withdrawn, again, passed)).allMatch(count -> count > 100);
    }

    private DestinationLimits someLimits() {
        Rate[] rates = {Rate.NONE, Rate.NONE, Rate.parse("5/s"), Rate.parse("100/min"), Rate.parse("50/h")};
        return new DestinationLimits(1 + random.nextInt(20), rates[random.nextInt(rates.length)]);
    }

    private static String name(int i) {
        return i + ".example";
    }
}
