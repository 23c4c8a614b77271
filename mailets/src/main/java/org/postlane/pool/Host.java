// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * What the pool knows about one host. Guarded by the pool's lock; exists while it has a slot or a waiter.
 *
 * <p>Waiters in {@link #granted} have an attempt to open under way, those in {@link #queued} have none. Slots are granted in
 * order, so whoever is granted came before all who are queued.
 */
final class Host<K extends PoolKey, R extends PooledResource> {
    final Object name;
    final HostPermits permits;
    final Set<Waiter<K, R>> granted = new LinkedHashSet<>();
    final Set<Waiter<K, R>> queued = new LinkedHashSet<>();
    /** Oldest first. A list, as the next, since there are no more than connections to one host. */
    final List<Opening<K, R>> openings = new ArrayList<>();
    /** Least recently used first. */
    final List<Entry<K, R>> idle = new ArrayList<>();
    /** Leased, and the last who has it lets somebody follow. */
    final Set<Entry<K, R>> followable = new LinkedHashSet<>();
    /** Slots taken: opening, leased, idle and closing. */
    int open;
    int closing;
    /** Leased or idle, and not known to have ended: the proof that the host can be reached. */
    int good;
    /** The next opening waits for its pace. */
    boolean held;
    /** Until when, on the pool's clock; means nothing unless {@link #held}, as the next. */
    long heldUntil;
    /** For which pace, as {@link OpeningGate#paceOf} calls it. */
    Object heldFor;
    /** Tells it from others that are held until the same moment. */
    long heldAs;
    private boolean forgotten;
    /** Share in {@link WaitingLine#demand()}. */
    int demand;
    /** Where this stands in the line of hosts that could use a slot, or null. */
    Long readyAt;

    Host(Object name, HostPermits permits) {
        this.name = name;
        this.permits = permits;
    }

    /** Most connections that there may be now: fewer than the limit where others who share it have some. */
    int most(PoolLimits limits) {
        return Math.min(limits.maxPerHost(), permits.most());
    }

    /** Tells those who share the limit how it stands. */
    void tell(PoolLimits limits) {
        // Another of the same name may be there already.
        if (!forgotten) {
            int needed = open - closing + couldOpen(0);
            permits.use(limits.maxPerHost(), open, closing, idle.size(), Math.min(limits.maxPerHost(), needed));
        }
    }

    /** The pool has nothing there, wants nothing, and knows it no more. */
    void forget() {
        forgotten = true;
        permits.close();
    }

    int waiting() {
        return granted.size() + queued.size();
    }

    /** Who waits with this future, or null. */
    Waiter<K, R> waiterFor(CompletableFuture<Lease<R>> asked) {
        return Stream.concat(granted.stream(), queued.stream()).filter(waiter -> waiter.future == asked).findAny().orElse(null);
    }

    Waiter<K, R> firstQueued() {
        return queued.isEmpty() ? null : queued.iterator().next();
    }

    /**
     * How many more may be opened, slots apart, once {@code fewer} of the connections in good order are gone. As many at once as
     * are in good order, and one if none is: a host that does not answer holds one connection, one that does soon has all
     * that it may have (1, 2, 4, 8).
     */
    int mayOpen(int fewer) {
        return held ? 0 : Math.max(0, Math.max(1, good - fewer) - openings.size());
    }

    /** For how many of those queued a connection could be opened now, under the same conditions. */
    int couldOpen(int fewer) {
        return Math.min(queued.size(), mayOpen(fewer));
    }
}
