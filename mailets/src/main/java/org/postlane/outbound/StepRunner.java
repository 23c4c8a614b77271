// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps that settle a mail, in order and each until it has succeeded once. A queue or spool that is away for a
 * while must cost no mail, and repeating a step that had succeeded would repeat a mail.
 */
final class StepRunner {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(StepRunner.class);

    private final Executor workers;
    private final ScheduledExecutorService timers;
    private final BooleanSupplier stopping;

    StepRunner(Executor workers, ScheduledExecutorService timers, BooleanSupplier stopping) {
        this.workers = workers;
        this.timers = timers;
        this.stopping = stopping;
    }

    /**
     * Runs the steps.
     *
     * @param afterEach hears of each step that was done, on the same thread
     * @return completes after the last step; fails only when James is stopping and a step does not succeed
     */
    CompletableFuture<Void> run(String mail, List<Settlement.Step> steps, Consumer<Settlement.Step> afterEach) {
        Run run = new Run(mail, steps, afterEach);
        run.goOn();
        return run.done;
    }

    /** One mail's way through its steps; one thread at a time. */
    private final class Run {
        private final String mail;
        private final List<Settlement.Step> steps;
        private final Consumer<Settlement.Step> afterEach;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private int at;
        private Duration pause = FIRST_PAUSE;

        Run(String mail, List<Settlement.Step> steps, Consumer<Settlement.Step> afterEach) {
            this.mail = mail;
            this.steps = steps;
            this.afterEach = afterEach;
        }

        void goOn() {
            try {
                workers.execute(this::runSteps);
            } catch (RejectedExecutionException e) {
                done.completeExceptionally(e);
            }
        }

        private void runSteps() {
            try {
                while (at < steps.size()) {
                    Settlement.Step step = steps.get(at);
                    step.run();
                    pause = FIRST_PAUSE;
                    at++;
                    note(step);
                }
            } catch (Exception | Error e) {
                again(e);
                return;
            }
            done.complete(null);
        }

        /** The step is done and must not be repeated because nobody could be told. */
        private void note(Settlement.Step step) {
            try {
                afterEach.accept(step);
            } catch (RuntimeException e) {
                LOGGER.error("{}: the step {} is done and could not be noted", mail, step.name(), e);
            }
        }

        private void again(Throwable why) {
            if (stopping.getAsBoolean()) {
                done.completeExceptionally(why);
                return;
            }
            LOGGER.warn("{}: the step {} failed and is repeated in {} s", mail, steps.get(at).name(), pause.toSeconds(), why);
            try {
                ScheduledFuture<?> unused = timers.schedule(this::goOn, pause.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                done.completeExceptionally(why);
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        }
    }
}
