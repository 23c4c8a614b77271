// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.postlane.outbound.operations.CriticalStates;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps that settle a mail, in order and each until it has succeeded once, for a few minutes. A queue or spool that is
 * away for a while must cost no mail, and repeating a step that had succeeded would repeat a mail; but a mail that nothing can be
 * done with must not keep its place for ever.
 */
public final class StepRunner {
    /** A step that failed so often is tried another way, where it has one: what disturbs may be the name of the mail. */
    static final int FAILURES_BEFORE_ANOTHER_WAY = 3;
    /** After so many failures, which is after a minute, the mail is shown as one that cannot be settled. */
    static final int FAILURES_BEFORE_SHOWN = 7;
    /**
     * After so many failures, which is after about {@link org.postlane.james.HoldTimes#SETTLING}, a step is given up.
     */
    static final int MOST_FAILURES = 10;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(StepRunner.class);

    /** What is to be done for one mail. Called by one thread at a time. */
    public interface Course {
        /** The mail, for the log. */
        String name();

        /** What is to be done; asked for again while it throws, and then no more. */
        List<Settlement.Step> steps() throws Exception;

        /** A step was done. */
        void done(Settlement.Step step);

        /** A step fails again and again: another way to do the same, if there is one, may be tried from now on. */
        void takeAnotherWay();

        /**
         * Instead of all, where it cannot even be said what is to be done.
         *
         * @return empty where there is nothing that could be done instead
         */
        List<Settlement.Step> stepsInstead();

        /**
         * Whether the steps must not begin any more: the queue has given the mail to others, and what they make of it would be
         * there twice. When one is done, the others follow all the same.
         */
        boolean isLost();
    }

    /** Steps to which there is no other way. */
    private static final class Plain implements Course {
        private final String name;
        private final BooleanSupplier lost;
        private final List<Settlement.Step> steps;

        Plain(String name, BooleanSupplier lost, List<Settlement.Step> steps) {
            this.name = name;
            this.lost = lost;
            this.steps = steps;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean isLost() {
            return lost.getAsBoolean();
        }

        @Override
        public List<Settlement.Step> steps() {
            return steps;
        }

        @Override
        public void done(Settlement.Step step) {
            // Nobody has to remember it.
        }

        @Override
        public void takeAnotherWay() {
            // There is none.
        }

        @Override
        public List<Settlement.Step> stepsInstead() {
            return List.of();
        }
    }

    private final Executor workers;
    private final ScheduledExecutorService timers;
    private final BooleanSupplier stopping;
    private final CriticalStates.Condition works;
    private final Unsettled unsettled;

    /**
     * A runner.
     *
     * @param works hears of each failure and each success
     * @param unsettled hears of mails that cannot be settled for a while
     */
    public StepRunner(Executor workers, ScheduledExecutorService timers, BooleanSupplier stopping, CriticalStates.Condition works,
                      Unsettled unsettled) {
        this.works = works;
        this.workers = workers;
        this.timers = timers;
        this.stopping = stopping;
        this.unsettled = unsettled;
    }

    /**
     * Runs steps to which there is no other way; see {@link #run(Course)}.
     *
     * @param lost whether the queue has given the mail to others
     */
    public CompletableFuture<Void> run(String mail, BooleanSupplier lost, List<Settlement.Step> steps) {
        return run(new Plain(mail, lost, steps));
    }

    /**
     * Runs the steps.
     *
     * @return completes after the last step; fails when a step has failed {@value #MOST_FAILURES} times and nothing could be done
     *     instead, or has failed and James is stopping, or when the mail was lost before one was done
     */
    public CompletableFuture<Void> run(Course course) {
        Run run = new Run(course);
        run.goOn();
        return run.done;
    }

    /** One mail's way through its steps; one thread at a time. */
    private final class Run {
        private final Course course;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        /** Null until it is known. */
        private List<Settlement.Step> steps;
        private int at;
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
            if (failures >= MOST_FAILURES) {
                giveUpStep(why);
                return;
            }
            if (failures == FAILURES_BEFORE_ANOTHER_WAY) {
                course.takeAnotherWay();
            }
            Duration pause = FIRST_PAUSE.multipliedBy(1L << (failures - 1));
            later(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause, why);
        }

        private void later(Duration pause, Throwable why) {
            try {
                ScheduledFuture<?> unused = timers.schedule(this::goOn, pause.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                done.completeExceptionally(why);
            }
        }

        private void giveUpStep(Throwable why) {
            String what = what();
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
            LOGGER.error("{}: {} failed {} times and was given up; something else was done instead", course.name(), what,
                MOST_FAILURES, why);
            goOn();
        }
    }
}
