// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Predicate;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a start waits for a server that does not answer yet: where everything is started at once, nobody is first. What
 * waiting cannot mend, such as a wrong password, ends it at once. Immutable.
 */
public final class Patience {
    /** Cassandra needs half a minute where it is slow, and longer after a crash. */
    public static final Duration DEFAULT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(Patience.class);

    private final long deadline;

    /** Begins now. */
    public Patience(Duration limit) {
        deadline = System.nanoTime() + limit.toNanos();
    }

    /**
     * Tries until it works.
     *
     * @param what the name for the log
     * @param hopeless whether an error stays, however long one waits
     * @param error what is thrown in the end
     * @throws StoreError where the waiting thread is interrupted
     */
    public <T> T await(String what, Callable<T> attempt, Predicate<Throwable> hopeless,
                       Function<Throwable, ? extends RuntimeException> error) {
        boolean told = false;
        while (true) {
            try {
                return attempt.call();
            } catch (Exception e) {
                if (hopeless.test(e) || isOver()) {
                    throw error.apply(e);
                }
                if (!told) {
                    LOGGER.warn("The start waits for {}: {}", what, StoreError.reason(e));
                    told = true;
                }
            }
            pause();
        }
    }

    /** Whether the time is up. */
    boolean isOver() {
        return System.nanoTime() - deadline > 0;
    }

    /** Until the next attempt. */
    static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreError("The start was interrupted", e);
        }
    }

    /** Whether something of this kind lies behind an error. */
    public static boolean isBehind(Throwable error, Predicate<Throwable> kind) {
        Throwable next = error;
        for (int depth = 0; next != null && depth < 50; depth++) {
            if (kind.test(next)) {
                return true;
            }
            next = next.getCause();
        }
        return false;
    }
}
