// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

import org.postlane.james.HoldTimes;
import org.postlane.outbound.operations.CriticalStates;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps that settle a mail, in order and each until it has succeeded once, for a few minutes. A queue or spool that is
 * away for a while must cost no mail, and repeating a step that had succeeded would repeat a mail; but a mail that nothing can be
 * done with must not keep its place for ever. The minutes are those of the mail, whichever of its steps need them: when they are
 * over, a step that has not succeeded is tried once, and the last, by which the queue lets go, for some seconds.
 */
public final class StepRunner {
    /** A step that failed so often is tried another way, where it has one: what disturbs may be the name of the mail. */
    static final int FAILURES_BEFORE_ANOTHER_WAY = 3;
    /** After so many failures, which is after a minute, the mail is shown as one that cannot be settled. */
    static final int FAILURES_BEFORE_SHOWN = 7;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    /** More would be longer than the longest. */
    private static final int MOST_DOUBLINGS = 6;
    /** The last step, when the others took all of the time: without it they would be done again. */
    private static final Duration LAST_STEP = Duration.ofSeconds(15);
    private static final Logger LOGGER = LoggerFactory.getLogger(StepRunner.class);

    /** What is to be done for one mail. Called by one thread at a time. */
    public interface Course {
        /** The mail, for the log. */
        String name();

        /** What is to be done; asked for again while it throws, and then no more. */
        List<Settlement.Step> steps() throws Exception;

        /** A step was done. Does nothing where nobody has to remember that. */
        default void done(Settlement.Step step) {
        }

        /** A step fails again and again: another way to do the same, if there is one, may be tried from now on. */
        default void takeAnotherWay() {
        }

        /**
         * Instead of all, where it cannot even be said what is to be done.
         *
         * @return empty where there is nothing that could be done instead
         */
        default List<Settlement.Step> stepsInstead() {
            return List.of();
        }

        /**
         * Whether the steps must not begin any more: the queue has given the mail to others, and what they make of it would be
         * there twice. When one is done, the others follow all the same.
         */
        boolean isLost();
    }

    private final Executor workers;
    private final Pauses pauses;
    private final BooleanSupplier stopping;
    private final CriticalStates.Condition works;
    private final Unsettled unsettled;
    private final LongSupplier nanoTime;

    /** A runner by the time of the system. */
    public StepRunner(Executor workers, ScheduledExecutorService timers, BooleanSupplier stopping, CriticalStates.Condition works,
                      Unsettled unsettled) {
        this(workers, timers, stopping, works, unsettled, System::nanoTime);
    }

    /**
     * A runner.
     *
     * @param works hears of each failure and each success
     * @param unsettled hears of mails that cannot be settled for a while
     * @param nanoTime the time that passes for the timers
     */
    public StepRunner(Executor workers, ScheduledExecutorService timers, BooleanSupplier stopping, CriticalStates.Condition works,
                      Unsettled unsettled, LongSupplier nanoTime) {
        this.works = works;
        this.workers = workers;
        this.pauses = new Pauses(timers);
        this.stopping = stopping;
        this.unsettled = unsettled;
        this.nanoTime = nanoTime;
    }

    /**
     * Runs steps to which there is no other way; see {@link #run(Course)}.
     *
     * @param lost whether the queue has given the mail to others
     */
    public CompletableFuture<Void> run(String mail, BooleanSupplier lost, List<Settlement.Step> steps) {
        return run(new PlainCourse(mail, lost, steps));
    }

    /**
     * Runs the steps.
     *
     * @return completes after the last step; fails when the time is over, a step has failed once more and nothing could be done
     *     instead, or has failed and James is stopping, or when the mail was lost before one was done
     */
    public CompletableFuture<Void> run(Course course) {
        Run run = new Run(course);
        run.goOn();
        return run.done;
    }

    /**
     * Does something after a while, or at the {@link #stop} if that comes first.
     *
     * @param then must not wait
     * @throws RejectedExecutionException when all has ended: then it is not done
     */
    public void later(Duration pause, Runnable then) {
        pauses.begin(pause, then);
    }

    /** James is stopping: what was to be tried again later is tried once more, at once. May be said again. */
    public void stop() {
        pauses.end();
    }

    /** One mail's way through its steps; one thread at a time. */
    private final class Run {
        private final Course course;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final long began = nanoTime.getAsLong();
        /** Null until it is known. */
        private List<Settlement.Step> steps;
        private int at;
        /** When the step that it is at was first tried. */
        private long beganStep = began;
        private int failures;

        Run(Course course) {
            this.course = course;
        }

        void goOn() {
            try {
                workers.execute(this::runSteps);
            } catch (RejectedExecutionException e) {
                done.completeExceptionally(e);
            } catch (RuntimeException | Error e) {
                // No thread could be made for it.
                again(e);
            }
        }

        private void runSteps() {
            try {
                if (steps == null) {
                    steps = course.steps();
                    failures = 0;
                }
                if (at == 0 && course.isLost()) {
                    unsettled.settled(course.name());
                    done.completeExceptionally(new CancellationException("The queue has given it to others"));
                    return;
                }
                while (at < steps.size()) {
                    Settlement.Step step = steps.get(at);
                    step.run();
                    works.works();
                    next(step);
                }
            } catch (Exception | Error e) {
                again(e);
                return;
            }
            if (!steps.isEmpty()) {
                unsettled.settled(course.name());
            }
            done.complete(null);
        }

        private void next(Settlement.Step step) {
            failures = 0;
            at++;
            beganStep = nanoTime.getAsLong();
            // The step is done and must not be repeated because nobody could be told.
            try {
                course.done(step);
            } catch (RuntimeException e) {
                LOGGER.error("{}: the step {} is done and could not be noted", course.name(), step.name(), e);
            }
        }

        private String what() {
            return steps == null ? "to say what is to be done" : "the step " + steps.get(at).name();
        }

        private void again(Throwable why) {
            if (stopping.getAsBoolean()) {
                done.completeExceptionally(why);
                return;
            }
            failures++;
            works.failed(why);
            if (failures == 1) {
                LOGGER.warn("{}: {} failed and is repeated: {}", course.name(), what(), String.valueOf(why));
            }
            if (failures >= FAILURES_BEFORE_SHOWN) {
                unsettled.fails(course.name(), why);
            }
            Duration left = left();
            if (left.isZero() || left.isNegative()) {
                giveUpStep(why);
                return;
            }
            if (failures == FAILURES_BEFORE_ANOTHER_WAY) {
                course.takeAnotherWay();
            }
            later(shortest(FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS)), LONGEST_PAUSE, left), why);
        }

        private Duration left() {
            long now = nanoTime.getAsLong();
            Duration left = HoldTimes.SETTLING.minusNanos(now - began);
            Duration leftForLast = LAST_STEP.minusNanos(now - beganStep);
            boolean last = steps != null && at > 0 && at == steps.size() - 1 && !steps.get(at).hasOtherWay();
            return last && leftForLast.compareTo(left) > 0 ? leftForLast : left;
        }

        private Duration shortest(Duration... durations) {
            return Stream.of(durations).min(Comparator.naturalOrder()).orElseThrow();
        }

        private void later(Duration pause, Throwable why) {
            try {
                pauses.begin(pause, this::goOn);
            } catch (RejectedExecutionException e) {
                done.completeExceptionally(why);
            }
        }

        private void giveUpStep(Throwable why) {
            String what = what();
            int times = failures;
            try {
                if (steps == null) {
                    List<Settlement.Step> instead = course.stepsInstead();
                    if (instead.isEmpty()) {
                        done.completeExceptionally(why);
                        return;
                    }
                    steps = instead;
                    failures = 0;
                } else if (steps.get(at).runInstead()) {
                    next(steps.get(at));
                } else {
                    done.completeExceptionally(why);
                    return;
                }
            } catch (Exception | Error e) {
                LOGGER.debug("{}: nothing can be done instead of {}", course.name(), what, e);
                done.completeExceptionally(why);
                return;
            }
            LOGGER.error("{}: {} failed, the last of {} times, and was given up; something else was done instead", course.name(),
                what, times, why);
            goOn();
        }
    }
}
