// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/**
 * What becomes of one resource that is there: who gets it, or whether it rests, or ends. Leaves it to others to put the slots to
 * use that this frees. Guarded by the pool's lock.
 */
final class Placement<K extends PoolKey, R extends PooledResource> {
    private final WaitingLine<K, R> line;
    private final Precedence<K, R> order;
    private final Callers<K, R> callers;
    private final Lifetimes<K, R> lifetimes;
    private final Followers<K, R> followers;
    private final PoolStats.Tally tally;
    private final Consequences<K, R> effects;
    private boolean closed;

    Placement(WaitingLine<K, R> line, Precedence<K, R> order, Callers<K, R> callers, Lifetimes<K, R> lifetimes,
              Followers<K, R> followers, PoolStats.Tally tally, Consequences<K, R> effects) {
        this.line = line;
        this.order = order;
        this.callers = callers;
        this.lifetimes = lifetimes;
        this.followers = followers;
        this.tally = tally;
        this.effects = effects;
    }

    /** From now on everything that comes back ends. */
    void close() {
        closed = true;
    }

    /** Finds a place for what came back, or, where there is an opening, was opened by it. */
    void place(Entry<K, R> entry, Opening<K, R> opening) {
        Waiter<K, R> next = order.nextFor(entry);
        if (closed) {
            lifetimes.end(entry, DiscardReason.POOL_CLOSED);
        } else if (entry.ended && (opening == null || next == null)) {
            lifetimes.end(entry, DiscardReason.DIED_IDLE);
        } else if (opening == null && order.isSurplus(entry)) {
            lifetimes.end(entry, DiscardReason.MADE_ROOM);
        } else if (next == null) {
            lifetimes.rest(entry);
        } else if (!next.accepts(entry) || (opening == null && order.givesWay(next))) {
            lifetimes.end(entry, DiscardReason.MADE_ROOM);
        } else {
            serve(next, entry, opening);
        }
    }

    /** Why what comes back need not even be reset, or null. */
    DiscardReason unwanted(Entry<K, R> entry, int usesAllowed) {
        if (closed) {
            return DiscardReason.POOL_CLOSED;
        }
        DiscardReason spent = lifetimes.spent(entry, usesAllowed);
        if (spent != null) {
            return spent;
        }
        if (order.isSurplus(entry)) {
            return DiscardReason.MADE_ROOM;
        }
        Waiter<K, R> next = order.nextFor(entry);
        boolean kept = next == null ? !order.isNeeded(entry) : next.accepts(entry) && !order.givesWay(next);
        return kept ? null : DiscardReason.MADE_ROOM;
    }

    /** Gives it to this one. */
    void serve(Waiter<K, R> waiter, Entry<K, R> entry, Opening<K, R> opening) {
        Opening<K, R> spare = waiter.opening;
        line.leave(waiter);
        if (spare != null && spare != opening) {
            if (opening != null && opening.waiter != null) {
                line.grant(opening.waiter, spare);
            } else {
                callers.passOn(spare);
            }
        }
        lease(entry);
        effects.deliver(waiter, entry);
    }

    /** Counts that somebody has it. */
    void lease(Entry<K, R> entry) {
        followers.leased(entry);
        entry.reused = !entry.isFresh();
        entry.uses++;
        tally.acquired++;
        tally.reused += entry.reused ? 1 : 0;
        entry.following = entry.holders > 1;
        tally.followed += entry.following ? 1 : 0;
    }

    /** The lease never reached anybody: it did not happen. */
    void unlease(Entry<K, R> entry) {
        entry.holders--;
        uncount(entry);
    }

    /** The lease never reached anybody, and comes back by itself: it shall not count. */
    void uncount(Entry<K, R> entry) {
        entry.uses--;
        tally.acquired--;
        tally.reused -= entry.reused ? 1 : 0;
        tally.followed -= entry.following ? 1 : 0;
    }
}
