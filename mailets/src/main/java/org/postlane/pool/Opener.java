// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.concurrent.CompletableFuture;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has resources opened, and sees to it that each attempt has exactly one outcome. Safe for use by several threads. */
final class Opener<K extends PoolKey, R extends PooledResource> {
    private static final Logger LOGGER = LoggerFactory.getLogger(Opener.class);

    private final ResourceFactory<K, R> factory;
    private final Decisions<K, R> decisions;
    private final Farewell<K, R> farewell;

    Opener(ResourceFactory<K, R> factory, Decisions<K, R> decisions, Farewell<K, R> farewell) {
        this.factory = factory;
        this.decisions = decisions;
        this.farewell = farewell;
    }

    void open(Opening<K, R> opening) {
        CompletableFuture<R> attempt = Outcome.of(() -> factory.open(opening.key));
        Outcome.whenDone(attempt, (resource, failure) -> opened(opening, resource, failure));
        Outcome.whenDone(opening.end, (nothing, failure) -> {
            boolean unused = attempt.cancel(false);
        });
    }

    void giveUp(Opening<K, R> opening) {
        LOGGER.debug("A connection for {} is given up while it is being opened: {}", opening.key, DiscardReason.GAVE_WAY);
        opening.end.complete(null);
    }

    private void opened(Opening<K, R> opening, R resource, Throwable failure) {
        if (failure != null || resource == null) {
            Throwable cause = failure != null ? failure : new NullPointerException("a null in place of a resource");
            LOGGER.debug("A connection for {} could not be opened", opening.key, cause);
            decisions.change(state -> state.failedToOpen(opening, cause));
            return;
        }
        Entry<K, R> entry = decisions.decide(state -> state.opened(opening, resource));
        try {
            resource.onClosed(() -> {
                DiscardReason why = WayBack.fault(entry, DiscardReason.DIED_IDLE);
                decisions.change(state -> state.ended(entry, why));
            });
        } catch (RuntimeException | Error e) {
            farewell.abort(entry);
            decisions.change(state -> state.failedToOpen(opening, e));
            return;
        }
        decisions.change(state -> state.offer(entry, opening));
    }
}
