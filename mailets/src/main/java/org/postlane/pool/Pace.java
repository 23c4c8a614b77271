// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
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
    /** Whose time comes first is first. */
    private final NavigableSet<Host<K, R>> held = new TreeSet<>(Pace::compare);
    private final Map<Object, Set<Host<K, R>>> heldFor = new HashMap<>();
    private long holds;

    Pace(OpeningGate<? super K> gate, LongSupplier clock, Effects<K, R> effects) {
        this.gate = gate;
        this.clock = clock;
        this.effects = effects;
    }

    private static int compare(Host<?, ?> one, Host<?, ?> other) {
        // Differences, for the clock may overflow.
        int byTime = Long.signum(one.heldUntil - other.heldUntil);
        return byTime == 0 ? Long.compare(one.heldAs, other.heldAs) : byTime;
    }

    /** Whether an opening for this waiter begins now; if not, its host is held. */
    boolean admits(Waiter<K, R> waiter) {
        long wait = ask(waiter.key);
        if (wait <= 0) {
            return true;
        }
        Host<K, R> host = waiter.host;
        forget(host);
        host.held = true;
        host.heldUntil = clock.getAsLong() + Math.min(wait, LONGEST);
        host.heldFor = nameOfPace(waiter.key);
        host.heldAs = holds++;
        held.add(host);
        heldFor.computeIfAbsent(host.heldFor, name -> new LinkedHashSet<>()).add(host);
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

    private Object nameOfPace(K key) {
        try {
            return gate.paceOf(key);
        } catch (RuntimeException | Error e) {
            LOGGER.error("The pace of openings for {} has no name; it is asked for when its time has come", key, e);
            return key.host();
        }
    }

    /** Lets go of the hosts whose time has come, all at once, so that the order of arrival decides who is first among them. */
    List<Host<K, R>> release() {
        long now = clock.getAsLong();
        List<Host<K, R>> released = new ArrayList<>();
        for (Host<K, R> host = firstHeld(); host != null && now - host.heldUntil >= 0; host = firstHeld()) {
            forget(host);
            released.add(host);
        }
        return released;
    }

    private Host<K, R> firstHeld() {
        return held.isEmpty() ? null : held.first();
    }

    /** The same with those that wait for this pace. */
    List<Host<K, R>> release(Object pace) {
        List<Host<K, R>> released = List.copyOf(heldFor.getOrDefault(pace, Set.of()));
        released.forEach(this::forget);
        return released;
    }

    void forget(Host<K, R> host) {
        if (!host.held) {
            return;
        }
        held.remove(host);
        heldFor.computeIfPresent(host.heldFor, (pace, hosts) -> hosts.remove(host) && hosts.isEmpty() ? null : hosts);
        host.held = false;
    }

    /** When the next host has to be let go. */
    OptionalLong nextDeadline() {
        return held.isEmpty() ? OptionalLong.empty() : OptionalLong.of(held.first().heldUntil);
    }
}
