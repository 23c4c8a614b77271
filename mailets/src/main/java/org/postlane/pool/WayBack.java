// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to a resource from where its holder is done with it, or lets somebody follow. Safe for use by several threads. */
final class WayBack<K extends PoolKey, R extends PooledResource> {
    private static final Logger LOGGER = LoggerFactory.getLogger(WayBack.class);

    private final PoolLimits limits;
    private final ScheduledExecutorService timers;
    private final Decisions<K, R> decisions;

    WayBack(PoolLimits limits, ScheduledExecutorService timers, Decisions<K, R> decisions) {
        this.limits = limits;
        this.timers = timers;
        this.decisions = decisions;
    }

    /** Lets somebody have it behind the lease of this number, if that is the last. */
    void letFollow(Entry<K, R> entry, long number) {
        Trampoline.run(List.of(() -> {
            int most = leasesAtOnce(entry);
            int usesAllowed = ask(entry, PooledResource::usesAllowed, 0);
            decisions.change(state -> state.letFollow(entry, number, most, usesAllowed));
        }));
    }

    private static int leasesAtOnce(Entry<?, ?> entry) {
        return ask(entry, PooledResource::leasesAtOnce, 1);
    }

    /** Takes back what was leased. {@code reason} says why its holder discards it; null if it is in good order. */
    void take(Entry<K, R> entry, DiscardReason reason) {
        Trampoline.run(List.of(() -> {
            int most = leasesAtOnce(entry);
            if (decisions.decide(state -> state.handBack(entry, reason, most))) {
                takeFromLast(entry);
            }
        }));
    }

    private void takeFromLast(Entry<K, R> entry) {
        DiscardReason why = whyDiscard(entry, entry.doom);
        if (why != null) {
            decisions.change(state -> state.discard(entry, why));
        } else {
            Outcome.whenDone(Outcome.of(entry.resource::reset), limits.resetTimeout(), timers,
                (ready, failure) -> afterReset(entry, ready, failure));
        }
    }

    private DiscardReason whyDiscard(Entry<K, R> entry, DiscardReason holders) {
        if (holders == DiscardReason.BROKEN || holders == DiscardReason.DIED_IDLE) {
            // The holder knows that it does not work, and the resource perhaps why.
            return fault(entry, holders);
        }
        if (holders != null) {
            return holders;
        }
        if (!isUsable(entry)) {
            return fault(entry, DiscardReason.BROKEN);
        }
        int usesAllowed = ask(entry, PooledResource::usesAllowed, 0);
        return decisions.decide(state -> state.unwanted(entry, usesAllowed));
    }

    private void afterReset(Entry<K, R> entry, Boolean ready, Throwable failure) {
        if (failure != null) {
            LOGGER.debug("The reset of a connection for {} has failed", entry.key, failure);
        }
        if (!Boolean.TRUE.equals(ready)) {
            discard(entry, DiscardReason.RESET_REFUSED);
        } else if (!isUsable(entry)) {
            discard(entry, DiscardReason.BROKEN);
        } else {
            decisions.change(state -> state.offer(entry));
        }
    }

    private void discard(Entry<K, R> entry, DiscardReason otherwise) {
        DiscardReason why = fault(entry, otherwise);
        decisions.change(state -> state.discard(entry, why));
    }

    static boolean isUsable(Entry<?, ?> entry) {
        return ask(entry, PooledResource::isUsable, false);
    }

    /** What is wrong with it, as far as it knows itself. */
    static DiscardReason fault(Entry<?, ?> entry, DiscardReason otherwise) {
        return ask(entry, PooledResource::fault, Optional.<DiscardReason>empty()).orElse(otherwise);
    }

    /** A resource that throws instead of answering is not fit for reuse; its slot must not be lost with the exception. */
    private static <T> T ask(Entry<?, ?> entry, Function<PooledResource, T> question, T inDoubt) {
        try {
            return question.apply(entry.resource);
        } catch (RuntimeException | Error e) {
            LOGGER.warn("A connection for {} does not know its own state", entry.key, e);
            return inDoubt;
        }
    }
}
