// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever foreign code does with a future, or instead of one, into exactly one outcome. */
final class Outcome {
    private static final Logger LOGGER = LoggerFactory.getLogger(Outcome.class);

    private Outcome() {
    }

    /** Calls foreign code; an exception or a null becomes a failed future. */
    static <T> CompletableFuture<T> of(Callable<CompletableFuture<T>> foreign) {
        try {
            return Objects.requireNonNull(foreign.call(), "a null in place of a future");
        } catch (Throwable e) {
            // Even an Error must not leak the slot that depends on this.
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Calls {@code then} with the outcome, unwrapped, as soon as it is there. */
    static <T> void whenDone(CompletableFuture<T> future, BiConsumer<? super T, Throwable> then) {
        if (future.isDone() && !future.isCompletedExceptionally()) {
            // As nearly always: at once, and without a future that nobody waits for.
            then.accept(future.join(), null);
            return;
        }
        CompletableFuture<T> unused = future.whenComplete((value, failure) -> then.accept(value, unwrap(failure)));
    }

    /** As above, with a {@link TimeoutException} in place of an outcome that is not there in time. */
    static <T> void whenDone(CompletableFuture<T> future, Duration limit, ScheduledExecutorService timers,
        BiConsumer<? super T, Throwable> then) {
        if (future.isDone()) {
            whenDone(future, then);
            return;
        }
        AtomicBoolean done = new AtomicBoolean();
        Future<?> timer = after(limit, timers, () -> {
            if (done.compareAndSet(false, true)) {
                then.accept(null, new TimeoutException("nothing within " + limit));
            }
        });
        whenDone(future, (value, failure) -> {
            if (done.compareAndSet(false, true)) {
                timer.cancel(false);
                then.accept(value, failure);
            }
        });
    }

    /** Starts a timer; if the timers are shut down, {@code action} never runs, and the log says so. */
    static Future<?> after(Duration delay, ScheduledExecutorService timers, Runnable action) {
        try {
            return timers.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.warn("The pool's timers do not run any more; no limit of {} is kept", delay, e);
            return CompletableFuture.completedFuture(null);
        }
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
