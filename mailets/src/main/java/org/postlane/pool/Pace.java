// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hosts whose next opening waits for the {@link OpeningGate}. Guarded by the pool's lock. */
final class Pace<K extends PoolKey, R extends PooledResource> {
    private static final Logger LOGGER = LoggerFactory.getLogger(Pace.class);

    /** Paces may be changed meanwhile, and a long wait must not outlive the reason for it. */
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(1);
    private static final long AFTER_FAILURE = TimeUnit.SECONDS.toNanos(1);

    private final OpeningGate<? super K> gate;
    private final LongSupplier clock;
    private final Effects<K, R> effects;
    private final Set<Host<K, R>> held = new LinkedHashSet<>();

    Pace(OpeningGate<? super K> gate, LongSupplier clock, Effects<K, R> effects) {
        this.gate = gate;
        this.clock = clock;
        this.effects = effects;
    }

    /** Whether an opening for this waiter begins now; if not, its host is held. */
    boolean admits(Waiter<K, R> waiter) {
        long wait = ask(waiter.key);
        if (wait <= 0) {
            return true;
        }
        Host<K, R> host = waiter.host;
        host.held = true;
        host.heldUntil = clock.getAsLong() + Math.min(wait, LONGEST);
        held.add(host);
        effects.resumeAt(host.heldUntil);
        return false;
    }

    private long ask(K key) {
        try {
            return gate.nanosUntilOpening(key);
        } catch (RuntimeException | Error e) {
            // The decision at hand must not be left half taken: it would cost slots.
            LOGGER.error("The pace of openings for {} is not to be had; asking again in a second", key, e);
            return AFTER_FAILURE;
        }
    }

    /** Lets go of the hosts whose time has come, all at once, so that the order of arrival decides who is first among them. */
    List<Host<K, R>> release() {
        long now = clock.getAsLong();
        List<Host<K, R>> released = new ArrayList<>();
        for (Host<K, R> host : held) {
            if (now - host.heldUntil >= 0) {
                released.add(host);
            }
        }
        released.forEach(this::forget);
        return released;
    }

    /** The same with all of them. */
    List<Host<K, R>> releaseAll() {
        List<Host<K, R>> released = List.copyOf(held);
        released.forEach(this::forget);
        return released;
    }

    void forget(Host<K, R> host) {
        host.held = false;
        held.remove(host);
    }

    /** When the next host has to be let go. */
    OptionalLong nextDeadline() {
        long now = clock.getAsLong();
        OptionalLong left = held.stream().mapToLong(host -> host.heldUntil - now).min();
        return left.isPresent() ? OptionalLong.of(now + left.getAsLong()) : left;
    }
}
