// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends resources: in a friendly way and within a limit of time, or at once. Safe for use by several threads. */
final class Farewell<K extends PoolKey, R extends PooledResource> {
    private static final Logger LOGGER = LoggerFactory.getLogger(Farewell.class);

    private final Duration limit;
    private final ScheduledExecutorService timers;
    /** Told when an entry is gone. */
    private final Consumer<Entry<K, R>> gone;
    private volatile boolean inHaste;

    Farewell(Duration limit, ScheduledExecutorService timers, Consumer<Entry<K, R>> gone) {
        this.limit = limit;
        this.timers = timers;
        this.gone = gone;
    }

    /** From now on, nothing is ended in a friendly way. */
    void hasten() {
        inHaste = true;
    }

    void say(Entry<K, R> entry, DiscardReason reason) {
        LOGGER.debug("Closing a connection for {} after {} uses and {}: {}", entry.key, entry.uses, Duration.ofNanos(entry.age),
            reason);
        if (inHaste) {
            abort(entry);
            gone.accept(entry);
            return;
        }
        Outcome.whenDone(Outcome.of(entry.resource::close), limit, timers, (nothing, failure) -> {
            if (failure != null) {
                LOGGER.debug("A connection for {} was not closed in a friendly way", entry.key, failure);
                abort(entry);
            }
            gone.accept(entry);
        });
    }

    void abort(Entry<K, R> entry) {
        try {
            entry.resource.abort();
        } catch (RuntimeException | Error e) {
            LOGGER.warn("A connection for {} could not be dropped", entry.key, e);
        }
    }
}
