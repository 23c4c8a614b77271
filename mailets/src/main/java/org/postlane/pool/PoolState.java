// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The decisions of a {@link Pool}: who gets what, who has to give way. Guarded by the pool's lock; calls nothing foreign but
 * clock and dice. What has to happen outside is left as effects ({@link #takeEffects()}), to be run in order after the
 * lock is free.
 */
final class PoolState<K extends PoolKey, R extends PooledResource> {
    private final PoolLimits limits;
    private final LongSupplier clock;
    private final DoubleSupplier dice;
    private final Effects<K, R> outside;
    private final Slots<K, R> slots = new Slots<>();
    private final WaitingLine<K, R> line;
    private final Precedence<K, R> order;
    private final PoolStats.Tally tally = new PoolStats.Tally();
    private List<Runnable> effects = new ArrayList<>();
    private boolean closed;

    PoolState(PoolLimits limits, LongSupplier clock, DoubleSupplier dice, Effects<K, R> outside) {
        this.limits = limits;
        this.clock = clock;
        this.dice = dice;
        this.outside = outside;
        this.line = new WaitingLine<>(limits.maxPerHost());
        this.order = new Precedence<>(limits.maxTotal(), slots, line);
    }

    /** What a decision causes outside of the lock. */
    interface Effects<K extends PoolKey, R extends PooledResource> {
        void open(Opening<K, R> opening);

        void close(Entry<K, R> entry, DiscardReason reason);

        void abort(Entry<K, R> entry);

        void deliver(Waiter<K, R> waiter, Entry<K, R> entry);

        void fail(Waiter<K, R> waiter, Throwable cause);

        /** A resource in reserve has to leave it at this time of the clock. */
        void watch(long deadline);

        /** The pool is closed and holds nothing any more. */
        void drained();
    }

    List<Runnable> takeEffects() {
        if (effects.isEmpty()) {
            return List.of();
        }
        List<Runnable> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    PoolStats stats() {
        return new PoolStats(slots.opening(), slots.leased(), slots.idle(), slots.closing(), line.waiting(), tally.copy());
    }

    /** Takes the most recently used resource in reserve, or lets the waiter wait or fail and returns null. */
    Entry<K, R> acquire(Waiter<K, R> waiter) {
        if (closed) {
            refuse(waiter, new PoolClosedException());
            return null;
        }
        Host<K, R> host = slots.host(waiter.key);
        Entry<K, R> entry = waiter.fresh ? null : takeIdle(host, waiter.key);
        if (entry == null) {
            enter(host, waiter);
        }
        settle(host);
        return entry;
    }

    private Entry<K, R> takeIdle(Host<K, R> host, K key) {
        long now = clock.getAsLong();
        for (int i = host.idle.size() - 1; i >= 0; i--) {
            Entry<K, R> entry = host.idle.get(i);
            if (entry.key.equals(key)) {
                DiscardReason expired = entry.expired(now);
                if (expired == null) {
                    slots.toLeased(entry);
                    lease(entry);
                    return entry;
                }
                end(entry, expired);
            }
        }
        return null;
    }

    private void enter(Host<K, R> host, Waiter<K, R> waiter) {
        if (waiter.wait.isZero() || waiter.wait.isNegative()) {
            tally.timedOut++;
            refuse(waiter, timeout(waiter, host));
        } else if (host.waiting() >= limits.maxWaitersPerHost()) {
            refuse(waiter, new PoolExhaustedException(host.waiting() + " callers wait for " + host.name + " already"));
        } else if (line.waiting() >= limits.maxWaiters()) {
            refuse(waiter, new PoolExhaustedException(line.waiting() + " callers wait for connections already"));
        } else {
            line.enter(host, waiter);
        }
    }

    /**
     * The waiter's time is over. One whose connection is being opened waits for the outcome all the same, which the factory
     * bounds: "no connection was free" would be the wrong reason, and hide that the host does not answer.
     */
    void timeOut(Waiter<K, R> waiter) {
        Host<K, R> host = waiter.host;
        if (host != null && waiter.opening == null) {
            tally.timedOut++;
            fail(waiter, timeout(waiter, host));
            leave(waiter);
        }
    }

    private static <K extends PoolKey, R extends PooledResource> AcquireTimeoutException timeout(Waiter<K, R> waiter,
        Host<K, R> host) {
        return new AcquireTimeoutException("No connection for " + waiter.key + " within " + waiter.wait + " (" + host.open
            + " open to " + host.name + ", " + host.closing + " of them closing, " + host.waiting() + " waiting)");
    }

    /** The waiter's future was completed by somebody else. */
    void giveUp(Waiter<K, R> waiter) {
        if (waiter.host != null) {
            leave(waiter);
        }
    }

    private void leave(Waiter<K, R> waiter) {
        Host<K, R> host = waiter.host;
        Opening<K, R> spare = waiter.opening;
        line.leave(waiter);
        if (spare != null) {
            passOn(spare);
        }
        settle(host);
    }

    /** Gives an attempt that has lost its waiter to the oldest one queued, if it suits; no younger one may overtake that one. */
    private void passOn(Opening<K, R> spare) {
        spare.waiter = null;
        Waiter<K, R> heir = spare.host.firstQueued();
        if (heir != null && heir.key.equals(spare.key)) {
            line.grant(heir, spare);
        }
    }

    /** The attempt to open has succeeded; the entry is on its way and has to be offered. */
    Entry<K, R> opened(Opening<K, R> opening, R resource) {
        long oldAt = clock.getAsLong() + jittered(limits.maxAge().toNanos());
        return new Entry<>(opening.key, opening.host, resource, oldAt);
    }

    /** The attempt to open has failed: so has its waiter, and the slot is free. */
    void failedToOpen(Opening<K, R> opening, Throwable cause) {
        tally.failedToOpen++;
        slots.failedToOpen(opening.host);
        Waiter<K, R> waiter = opening.waiter;
        if (waiter != null) {
            line.leave(waiter);
            fail(waiter, cause);
        }
        settle(opening.host);
    }

    /** Finds a place for what was opened just now. */
    void offer(Entry<K, R> entry, Opening<K, R> opening) {
        tally.opened++;
        slots.opened(entry);
        place(entry, opening);
        settle(entry.host);
    }

    /** Finds a place for what came back in good order. */
    void offer(Entry<K, R> entry) {
        if (entry.state == Entry.State.LEASED) {
            place(entry, null);
            settle(entry.host);
        }
    }

    private void place(Entry<K, R> entry, Opening<K, R> opening) {
        Waiter<K, R> next = order.nextFor(entry);
        if (closed) {
            end(entry, DiscardReason.POOL_CLOSED);
        } else if (entry.ended && (opening == null || next == null)) {
            end(entry, DiscardReason.DIED_IDLE);
        } else if (next == null) {
            rest(entry);
        } else if (!next.accepts(entry) || (opening == null && order.givesWay(next))) {
            end(entry, DiscardReason.MADE_ROOM);
        } else {
            serve(next, entry, opening);
        }
    }

    /** Why what comes back need not even be reset, or null. */
    DiscardReason unwanted(Entry<K, R> entry, int usesAllowed) {
        if (closed) {
            return DiscardReason.POOL_CLOSED;
        }
        if (entry.uses >= Math.min(limits.maxUses(), usesAllowed)) {
            return DiscardReason.MAX_USES;
        }
        DiscardReason expired = entry.expired(clock.getAsLong());
        if (expired != null) {
            return expired;
        }
        Waiter<K, R> next = order.nextFor(entry);
        boolean kept = next == null ? order.lacking() <= 0 : next.accepts(entry) && !order.givesWay(next);
        return kept ? null : DiscardReason.MADE_ROOM;
    }

    private void serve(Waiter<K, R> waiter, Entry<K, R> entry, Opening<K, R> opening) {
        Opening<K, R> spare = waiter.opening;
        line.leave(waiter);
        if (spare != null && spare != opening) {
            if (opening != null && opening.waiter != null) {
                line.grant(opening.waiter, spare);
            } else {
                passOn(spare);
            }
        }
        lease(entry);
        effects.add(() -> outside.deliver(waiter, entry));
    }

    private void lease(Entry<K, R> entry) {
        entry.reused = !entry.isFresh();
        entry.uses++;
        tally.acquired++;
        tally.reused += entry.reused ? 1 : 0;
    }

    /** The lease never reached anybody: it did not happen. */
    void unlease(Entry<K, R> entry) {
        entry.uses--;
        tally.acquired--;
        tally.reused -= entry.reused ? 1 : 0;
    }

    private void rest(Entry<K, R> entry) {
        entry.idleUntil = clock.getAsLong() + jittered(limits.idleTimeout().toNanos());
        entry.rested = true;
        slots.toIdle(entry);
        long deadline = entry.deadline();
        effects.add(() -> outside.watch(deadline));
    }

    private long jittered(long nanos) {
        return nanos - (long) (nanos * PoolLimits.JITTER * dice.getAsDouble());
    }

    /** Discards what is not discarded yet. */
    void discard(Entry<K, R> entry, DiscardReason reason) {
        if (entry.state == Entry.State.LEASED || entry.state == Entry.State.IDLE) {
            end(entry, closed ? DiscardReason.POOL_CLOSED : reason);
            settle(entry.host);
        }
    }

    private void end(Entry<K, R> entry, DiscardReason reason) {
        tally.count(reason);
        slots.toClosing(entry);
        if (entry.ended) {
            slots.toGone(entry);
        }
        effects.add(() -> outside.close(entry, reason));
    }

    /** The resource says that it is gone. */
    void ended(Entry<K, R> entry) {
        entry.ended = true;
        if (entry.state == Entry.State.IDLE) {
            discard(entry, DiscardReason.DIED_IDLE);
        } else {
            closed(entry);
        }
    }

    /** The farewell is over. */
    void closed(Entry<K, R> entry) {
        if (entry.state == Entry.State.CLOSING) {
            slots.toGone(entry);
            settle(entry.host);
        }
    }

    /** Discards what has been in reserve for too long; returns when the next one has to leave. */
    OptionalLong reap() {
        long now = clock.getAsLong();
        for (Entry<K, R> entry : slots.idleOnes()) {
            DiscardReason expired = entry.expired(now);
            if (expired != null) {
                discard(entry, expired);
            }
        }
        // Times of a nanosecond clock compare by their difference only.
        OptionalLong left = slots.idleOnes().stream().mapToLong(entry -> entry.deadline() - now).min();
        return left.isPresent() ? OptionalLong.of(now + left.getAsLong()) : left;
    }

    /** Refuses whoever waits or comes, and closes what is in reserve. */
    void close() {
        closed = true;
        for (Host<K, R> host : slots.hosts()) {
            List<Waiter<K, R>> waiters = new ArrayList<>(host.granted);
            waiters.addAll(host.queued);
            for (Waiter<K, R> waiter : waiters) {
                if (waiter.opening != null) {
                    waiter.opening.waiter = null;
                }
                line.leave(waiter);
                fail(waiter, new PoolClosedException());
            }
            settle(host);
        }
        for (Entry<K, R> entry : slots.idleOnes()) {
            discard(entry, DiscardReason.POOL_CLOSED);
        }
        if (slots.open() == 0) {
            effects.add(outside::drained);
        }
    }

    /** Ends at once whatever is still there; what is being opened is ended when it comes. */
    void abandon() {
        for (Entry<K, R> entry : slots.entries()) {
            if (entry.state == Entry.State.LEASED) {
                tally.count(DiscardReason.POOL_CLOSED);
                slots.toClosing(entry);
            }
            slots.toGone(entry);
            effects.add(() -> outside.abort(entry));
            settle(entry.host);
        }
    }

    /** Refuses a newcomer, whose future nobody else has yet. */
    private static void refuse(Waiter<?, ?> waiter, PoolException cause) {
        waiter.future.completeExceptionally(cause);
    }

    private void fail(Waiter<K, R> waiter, Throwable cause) {
        effects.add(() -> outside.fail(waiter, cause));
    }

    /** Puts every slot that {@code host}'s change has freed to use, and makes room for those who still lack one. */
    private void settle(Host<K, R> host) {
        refresh(host);
        Waiter<K, R> next = line.oldestReady();
        while (next != null && slots.open() < limits.maxTotal()) {
            Opening<K, R> opening = new Opening<>(next.key, next.host);
            slots.startOpening(next.host);
            line.grant(next, opening);
            effects.add(() -> outside.open(opening));
            refresh(next.host);
            next = line.oldestReady();
        }
        while (order.lacking() > 0 && slots.idle() > 0) {
            Entry<K, R> victim = slots.leastRecentlyUsed();
            end(victim, DiscardReason.MADE_ROOM);
            refresh(victim.host);
        }
        if (closed && slots.open() == 0) {
            effects.add(outside::drained);
        }
    }

    private void refresh(Host<K, R> host) {
        // A full host's own reserve gives way first: it holds other keys, or its waiter wants none from reserve.
        while (host.open >= limits.maxPerHost() && host.queued.size() > host.closing && !host.idle.isEmpty()) {
            end(host.idle.get(0), DiscardReason.MADE_ROOM);
        }
        line.refresh(host);
        slots.forgetIfUnused(host);
    }
}
