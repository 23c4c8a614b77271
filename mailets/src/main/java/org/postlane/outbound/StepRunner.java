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

    /** Completes after the last step; fails only when James is stopping and a step does not succeed. */
    CompletableFuture<Void> run(String mail, List<Settlement.Step> steps) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        next(mail, steps, 0, FIRST_PAUSE, done);
        return done;
    }

    private void next(String mail, List<Settlement.Step> steps, int index, Duration pause, CompletableFuture<Void> done) {
        try {
            workers.execute(() -> {
                int at = index;
                try {
                    for (; at < steps.size(); at++) {
                        steps.get(at).run();
                    }
                    done.complete(null);
                } catch (Exception | Error e) {
                    again(mail, steps, at, pause, done, e);
                }
            });
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(e);
        }
    }

    private void again(String mail, List<Settlement.Step> steps, int index, Duration pause, CompletableFuture<Void> done,
                       Throwable why) {
        if (stopping.getAsBoolean()) {
            done.completeExceptionally(why);
            return;
        }
        LOGGER.warn("{}: the step {} failed and is repeated in {} s", mail, steps.get(index).name(), pause.toSeconds(), why);
        Duration longer = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        try {
            ScheduledFuture<?> unused = timers.schedule(() -> next(mail, steps, index, longer, done), pause.toMillis(),
                TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(why);
        }
    }
}
