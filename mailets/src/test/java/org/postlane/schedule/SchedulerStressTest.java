// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real threads and a real clock, which runs fast so that penalties end while the test lasts. */
class SchedulerStressTest {
    private static final int THREADS = 4;
    private static final int OFFERS = 50_000;
    private static final int TURNS = 64;
    private static final int FASTER = 1_000;

    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    private final ExecutorService offerers = Executors.newFixedThreadPool(THREADS);
    private final ScheduledExecutorService timers = new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            return super.schedule(command, delay / FASTER, unit);
        }
    };
    private final SchedulerLimits limits = new SchedulerLimits(500, TURNS);
    private final Scheduler<Job> scheduler = new Scheduler<>(limits, name -> DestinationLimits.DEFAULTS, executor, timers,
        () -> System.nanoTime() * FASTER, () -> ThreadLocalRandom.current().nextDouble());
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger atWork = new AtomicInteger();
    private final AtomicLong told = new AtomicLong();
    private final AtomicLong expected = new AtomicLong();

    @AfterEach
    void stop() {
        executor.shutdownNow();
        offerers.shutdownNow();
        timers.shutdownNow();
    }

    private final class Job implements Task {
        private final AtomicInteger due = new AtomicInteger(1);
        private final String line = "sender" + ThreadLocalRandom.current().nextInt(10);

        @Override
        public String line() {
            return line;
        }

        @Override
        public int priority() {
            return due.hashCode() % 10;
        }

        private void heard() {
            told.incrementAndGet();
            if (due.decrementAndGet() != 0) {
                failures.add(new AssertionError("A task was told twice"));
            }
        }

        @Override
        public void start(Turn turn) {
            heard();
            if (atWork.incrementAndGet() > TURNS) {
                failures.add(new AssertionError("Too many turns: " + atWork));
            }
            if (ThreadLocalRandom.current().nextBoolean()) {
                end(turn);
            } else {
                executor.execute(() -> end(turn));
            }
        }

        private void end(Turn turn) {
            atWork.decrementAndGet();
            int dice = ThreadLocalRandom.current().nextInt(100);
            if (dice < 3) {
                expected.incrementAndGet();
                due.incrementAndGet();
                turn.passTo(name());
            } else if (dice < 6) {
                expected.incrementAndGet();
                due.incrementAndGet();
                if (!turn.again("421 enough")) {
                    expected.decrementAndGet();
                    due.decrementAndGet();
                }
            } else if (dice < 15) {
                turn.failed("450 no");
            } else if (dice < 18) {
                turn.unused();
            } else {
                turn.worked();
            }
            if (dice % 10 == 0) {
                turn.worked();
            }
        }

        @Override
        public void refused(Refusal refusal) {
            heard();
        }
    }

    private static String name() {
        return ThreadLocalRandom.current().nextInt(200) + ".example";
    }

    @Test
    void manyThreadsLoseNothingAndExceedNothing() throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            running.add(offerers.submit(this::offerAll));
        }
        for (Future<?> one : running) {
            one.get();
        }
        // Nothing more is offered: whatever waits must be woken by turns that end and by timers alone.
        for (int i = 0; i < 200; i++) {
            scheduler.resume(i + ".example");
        }
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> told.get() == expected.get() && scheduler.held() == 0);
        assertThat(failures).isEmpty();
        assertThat(scheduler.turns()).isZero();
        assertThat(scheduler.destinations()).allMatch(status -> status.waiting() == 0 && status.underWay() == 0);
        assertThat(told.get()).isGreaterThan(THREADS * OFFERS / 2);
    }

    private void offerAll() {
        for (int i = 0; i < OFFERS; i++) {
            Job job = new Job();
            expected.incrementAndGet();
            Scheduler.Place place = scheduler.offer(name(), job);
            int dice = ThreadLocalRandom.current().nextInt(1_000);
            if (dice < 50 && place.withdraw()) {
                expected.decrementAndGet();
                if (job.due.decrementAndGet() != 0) {
                    failures.add(new AssertionError("A task was withdrawn and told"));
                }
            } else if (dice < 52) {
                scheduler.suspend(name(), Optional.of(Duration.ofSeconds(20)));
            } else if (dice < 54) {
                scheduler.bounce(name(), Duration.ofSeconds(20), "because");
            } else if (dice < 60) {
                scheduler.retryNow(name());
            } else if (dice == 60) {
                scheduler.limit(name -> new DestinationLimits(1 + ThreadLocalRandom.current().nextInt(20), Rate.NONE));
            }
            if (scheduler.held() > limits.mostTasks() || scheduler.turns() > TURNS) {
                failures.add(new AssertionError(scheduler.held() + " held, " + scheduler.turns() + " turns"));
            }
        }
    }
}
