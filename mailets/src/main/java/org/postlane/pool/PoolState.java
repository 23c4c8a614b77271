// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The decisions of a {@link Pool}: who gets what, who has to give way. Guarded by the pool's lock; calls nothing foreign but
 * clock, dice and gate. What has to happen outside is left as effects ({@link #takeEffects()}), to be run in order after the
 * lock is free.
 */
final class PoolState<K extends PoolKey, R extends PooledResource> {
    private PoolLimits limits;
    private final LongSupplier clock;
    private final Consequences<K, R> effects;
    private final Slots<K, R> slots;
    private final PoolStats.Tally tally = new PoolStats.Tally();
    private final WaitingLine<K, R> line;
    private final Precedence<K, R> order;
    private final Callers<K, R> callers;
    private final Lifetimes<K, R> lifetimes;
    private final Pace<K, R> pace;
    private final Followers<K, R> followers;
    private final Placement<K, R> placement;
    private boolean closed;

    PoolState(PoolLimits limits, OpeningGate<? super K> gate, Function<Object, HostPermits> permits, LongSupplier clock,
              DoubleSupplier dice, Effects<K, R> outside) {
        this.limits = limits;
        this.slots = new Slots<>(permits);
        this.clock = clock;
        this.effects = new Consequences<>(outside);
        this.line = new WaitingLine<>(this::limits);
        this.order = new Precedence<>(this::limits, slots, line);
        this.callers = new Callers<>(limits, clock, line, tally, effects);
        this.lifetimes = new Lifetimes<>(this::limits, clock, dice, slots, tally, effects);
        this.pace = new Pace<>(gate, clock, effects);
        this.followers = new Followers<>(order, lifetimes, clock);
        this.placement = new Placement<>(line, order, callers, lifetimes, followers, tally, effects);
    }

    private PoolLimits limits() {
        return limits;
    }

    /** Other limits. What is in reserve beyond them ends now, what is in use when it comes back. */
    void limit(PoolLimits changed) {
        limits = changed;
        for (Entry<K, R> entry : slots.idleOnes()) {
            if (order.isSurplus(entry)) {
                lifetimes.end(entry, DiscardReason.MADE_ROOM);
            }
        }
        List.copyOf(slots.hosts()).forEach(this::refresh);
        assign();
    }

    /** There may be more connections to a host than until now, or fewer, or those who share them want to be told anew. */
    void reconsider(Object hostName) {
        Host<K, R> host = slots.known(hostName);
        if (host != null) {
            settle(host);
        }
    }

    List<Runnable> takeEffects() {
        return effects.take();
    }

    PoolStats stats() {
        return new PoolStats(slots.opening(), slots.leased(), slots.idle(), slots.closing(), line.waiting(), tally.copy());
    }

    List<HostStats> hosts() {
        List<HostStats> hosts = new ArrayList<>();
        slots.hosts().forEach(host -> hosts.add(new HostStats(host)));
        return hosts;
    }

    /** Takes the most recently used resource in reserve, or lets the waiter wait or fail and returns null. */
    Entry<K, R> acquire(Waiter<K, R> waiter) {
        if (closed) {
            callers.refuse(waiter, new PoolClosedException());
            return null;
        }
        Host<K, R> host = slots.host(waiter.key);
        Entry<K, R> entry = waiter.fresh ? null : lifetimes.takeIdle(host, waiter.key);
        if (entry == null) {
            callers.enter(host, waiter);
        } else {
            placement.lease(entry);
        }
        settle(host);
        return entry;
    }

    /** The waiter's time is over. */
    void timeOut(Waiter<K, R> waiter) {
        Host<K, R> host = waiter.host;
        if (callers.timeOut(waiter)) {
            settle(host);
        }
    }

    /** Somebody who waits shall wait no longer. */
    void cutShort(CompletableFuture<Lease<R>> asked, Duration stalledFor) {
        for (Host<K, R> host : slots.hosts()) {
            Waiter<K, R> waiter = host.waiterFor(asked);
            if (waiter != null) {
                callers.cutShort(waiter, stalledFor);
                settle(host);
                return;
            }
        }
    }

    /** The waiter's future was completed by somebody else. */
    void giveUp(Waiter<K, R> waiter) {
        Host<K, R> host = waiter.host;
        if (host != null) {
            callers.leave(waiter);
            settle(host);
        }
    }

    /** The attempt to open has succeeded; the entry is on its way and has to be offered. */
    Entry<K, R> opened(Opening<K, R> opening, R resource) {
        return lifetimes.begin(opening, resource);
    }

    /** The attempt to open has failed: so have those who waited for it, and the slot is free. */
    void failedToOpen(Opening<K, R> opening, Throwable cause) {
        slots.failedToOpen(opening);
        if (opening.givenUp) {
            // Who has come since then has not been tried: he gets an opening of his own.
            tally.count(DiscardReason.GAVE_WAY);
        } else {
            tally.failedToOpen++;
            callers.failWith(opening, cause);
        }
        settle(opening.host);
    }

    /** Finds a place for what was opened just now. */
    void offer(Entry<K, R> entry, Opening<K, R> opening) {
        tally.opened++;
        slots.opened(opening, entry);
        placement.place(entry, opening);
        settle(entry.host);
    }

    /** Finds a place for what came back in good order. */
    void offer(Entry<K, R> entry) {
        if (entry.state == Entry.State.LEASED) {
            placement.place(entry, null);
            settle(entry.host);
        }
    }

    /** The last holder, whose lease has this number, lets somebody follow. */
    void letFollow(Entry<K, R> entry, long number, int most, int usesAllowed) {
        entry.most = most;
        entry.usesAllowed = usesAllowed;
        if (entry.leases == number && followers.admit(entry)) {
            settle(entry.host);
        }
    }

    /** A lease comes back. Returns whether it was the last: then the resource has to be looked at. */
    boolean handBack(Entry<K, R> entry, DiscardReason reason, int most) {
        boolean last = followers.handBack(entry, reason, most);
        if (!last) {
            settle(entry.host);
        }
        return last;
    }

    /** Why what comes back need not even be reset, or null. */
    DiscardReason unwanted(Entry<K, R> entry, int usesAllowed) {
        return placement.unwanted(entry, usesAllowed);
    }

    /** The lease never reached anybody: it did not happen. */
    void unlease(Entry<K, R> entry) {
        placement.unlease(entry);
    }

    /** The lease never reached anybody, and comes back by itself: it shall not count. */
    void uncount(Entry<K, R> entry) {
        placement.uncount(entry);
    }

    /** Discards what is not discarded yet. */
    void discard(Entry<K, R> entry, DiscardReason reason) {
        if (entry.state == Entry.State.LEASED || entry.state == Entry.State.IDLE) {
            lifetimes.end(entry, closed ? DiscardReason.POOL_CLOSED : reason);
            settle(entry.host);
        }
    }

    /** The resource says that it is gone, and perhaps why. */
    void ended(Entry<K, R> entry, DiscardReason reason) {
        slots.ended(entry);
        if (entry.state == Entry.State.IDLE) {
            discard(entry, reason);
        } else {
            closed(entry);
            line.refresh(entry.host);
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
        lifetimes.reap().forEach(entry -> settle(entry.host));
        return lifetimes.nextDeadline();
    }

    /** Lets openings begin whose pace, of this name, may allow it earlier than it said. */
    void askForPaceAgain(Object name) {
        pace.release(name).forEach(this::refresh);
        assign();
    }

    /** Lets openings begin whose pace allows it again; returns when the next may. */
    OptionalLong resume() {
        pace.release().forEach(this::refresh);
        assign();
        return pace.nextDeadline();
    }

    /** Refuses whoever waits or comes, and closes what is in reserve. */
    void close() {
        closed = true;
        placement.close();
        for (Host<K, R> host : slots.hosts()) {
            callers.dismiss(host);
            settle(host);
        }
        for (Entry<K, R> entry : slots.idleOnes()) {
            discard(entry, DiscardReason.POOL_CLOSED);
        }
        if (slots.open() == 0) {
            effects.drained();
        }
    }

    /** Ends at once whatever is still there; what is being opened is ended when it comes. */
    void abandon() {
        for (Entry<K, R> entry : slots.entries()) {
            if (entry.state == Entry.State.LEASED) {
                lifetimes.end(entry, DiscardReason.POOL_CLOSED);
            } else {
                effects.abort(entry);
            }
            closed(entry);
            settle(entry.host);
        }
    }

    /** Puts every slot that {@code host}'s change has freed to use, and makes room for those who still lack one. */
    private void settle(Host<K, R> host) {
        refresh(host);
        assign();
        if (!closed) {
            follow(host);
        }
    }

    /** Lets those who would have to wait in line follow holders. */
    private void follow(Host<K, R> host) {
        Entry<K, R> entry = followers.nextIn(host);
        while (entry != null) {
            placement.serve(order.nextBehind(entry), entry, null);
            refresh(host);
            entry = followers.nextIn(host);
        }
    }

    private void assign() {
        Waiter<K, R> next = line.oldestReady();
        while (next != null && slots.open() < limits.maxTotal()) {
            Host<K, R> host = next.host;
            if (pace.admits(next)) {
                Opening<K, R> opening = new Opening<>(next.key, host, clock.getAsLong());
                slots.startOpening(opening);
                line.grant(next, opening);
                effects.open(opening);
            }
            refresh(host);
            next = line.oldestReady();
        }
        while (slots.idle() > 0 && order.isNeeded(slots.leastRecentlyUsed())) {
            Entry<K, R> victim = slots.leastRecentlyUsed();
            lifetimes.end(victim, DiscardReason.MADE_ROOM);
            refresh(victim.host);
        }
        if (closed && slots.open() == 0) {
            effects.drained();
        }
    }

    private void refresh(Host<K, R> host) {
        host.tell(limits);
        // A full host's own reserve gives way first: it holds other keys, its waiter wants none from reserve, or others need it.
        while (!host.idle.isEmpty() && (order.hasSurplus(host)
            || (host.open >= host.most(limits) && host.couldOpen(1) > host.closing))) {
            lifetimes.end(host.idle.get(0), DiscardReason.MADE_ROOM);
        }
        line.refresh(host);
        if (slots.forgetIfUnused(host)) {
            pace.forget(host);
        }
    }
}
