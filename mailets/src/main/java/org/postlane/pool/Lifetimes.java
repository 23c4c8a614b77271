// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** How long each resource is kept, and its end with a reason. Guarded by the pool's lock. */
final class Lifetimes<K extends PoolKey, R extends PooledResource> {
    private final Supplier<PoolLimits> limits;
    private final LongSupplier clock;
    private final DoubleSupplier dice;
    private final Slots<K, R> slots;
    private final PoolStats.Tally tally;
    private final Effects<K, R> effects;
    /** Whether somebody will {@link #reap()}, and by when: those that stay longer need not be told of. */
    private boolean watched;
    private long watchedUntil;

    Lifetimes(Supplier<PoolLimits> limits, LongSupplier clock, DoubleSupplier dice, Slots<K, R> slots, PoolStats.Tally tally,
        Effects<K, R> effects) {
        this.limits = limits;
        this.clock = clock;
        this.dice = dice;
        this.slots = slots;
        this.tally = tally;
        this.effects = effects;
    }

    Entry<K, R> begin(Opening<K, R> opening, R resource) {
        long now = clock.getAsLong();
        return new Entry<>(opening.key, opening.host, resource, now, now + jittered(limits.get().maxAge().toNanos()));
    }

    /** Takes the most recently used one in reserve that suits, if there is one, and ends what it finds to be too old. */
    Entry<K, R> takeIdle(Host<K, R> host, K key) {
        long now = clock.getAsLong();
        for (int i = host.idle.size() - 1; i >= 0; i--) {
            Entry<K, R> entry = host.idle.get(i);
            if (entry.key.equals(key)) {
                DiscardReason expired = entry.expired(now);
                if (expired == null) {
                    slots.toLeased(entry);
                    return entry;
                }
                end(entry, expired);
            }
        }
        return null;
    }

    void rest(Entry<K, R> entry) {
        entry.idleUntil = clock.getAsLong() + jittered(limits.get().idleTimeout().toNanos());
        entry.rested = true;
        slots.toIdle(entry);
        long deadline = entry.deadline();
        if (!watched || deadline - watchedUntil < 0) {
            watched = true;
            watchedUntil = deadline;
            effects.reapAt(deadline);
        }
    }

    private long jittered(long nanos) {
        return nanos - (long) (nanos * PoolLimits.JITTER * dice.getAsDouble());
    }

    /** Which limit it has reached, or null. */
    DiscardReason spent(Entry<K, R> entry, int usesAllowed) {
        if (entry.uses >= usesAllowed) {
            return DiscardReason.PEER_LIMIT;
        }
        return entry.uses >= limits.get().maxUses() ? DiscardReason.MAX_USES : entry.expired(clock.getAsLong());
    }

    /** Ends what has been in reserve for too long and returns it. */
    List<Entry<K, R>> reap() {
        // First: were this to fail, the next that comes to rest is told of.
        watched = false;
        long now = clock.getAsLong();
        List<Entry<K, R>> reaped = new ArrayList<>();
        for (Entry<K, R> entry : slots.idleOnes()) {
            DiscardReason expired = entry.expired(now);
            if (expired != null) {
                end(entry, expired);
                reaped.add(entry);
            }
        }
        return reaped;
    }

    /** When the next one has to leave the reserve. The caller will {@link #reap()} then. */
    OptionalLong nextDeadline() {
        long now = clock.getAsLong();
        // Times of a nanosecond clock compare by their difference only.
        OptionalLong left = slots.idleOnes().stream().mapToLong(entry -> entry.deadline() - now).min();
        watched = left.isPresent();
        watchedUntil = now + left.orElse(0);
        return watched ? OptionalLong.of(watchedUntil) : left;
    }

    void end(Entry<K, R> entry, DiscardReason reason) {
        tally.count(reason);
        entry.age = clock.getAsLong() - entry.openedAt;
        slots.toClosing(entry);
        if (entry.ended) {
            slots.toGone(entry);
        }
        effects.close(entry, reason);
    }
}
