// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/**
 * Who has a resource when it is more than one, and which resources somebody may have behind those who have them. One at a time of
 * those is not only waiting for answers: the last, until he lets somebody follow. Guarded by the pool's lock.
 */
final class Followers<K extends PoolKey, R extends PooledResource> {
    private final Precedence<K, R> order;
    private final Lifetimes<K, R> lifetimes;

    Followers(Precedence<K, R> order, Lifetimes<K, R> lifetimes) {
        this.order = order;
        this.lifetimes = lifetimes;
    }

    void leased(Entry<K, R> entry) {
        entry.holders++;
        entry.leases++;
        entry.host.followable.remove(entry);
    }

    /** The last holder lets somebody follow; returns whether anybody could. */
    boolean admit(Entry<K, R> entry) {
        if (entry.state != Entry.State.LEASED || entry.holders == 0 || entry.doom != null) {
            return false;
        }
        entry.host.followable.add(entry);
        return mayHaveOneMore(entry);
    }

    /** A lease has come back; returns whether it was the last that was out. */
    boolean handBack(Entry<K, R> entry, DiscardReason reason, int most) {
        entry.holders--;
        entry.most = most;
        if (entry.doom == null) {
            entry.doom = reason;
        }
        if (entry.doom != null || entry.holders == 0) {
            entry.host.followable.remove(entry);
        }
        return entry.holders == 0;
    }

    /** The resource of this host that somebody who waits may have now behind the fewest; null where there is none. */
    Entry<K, R> nextIn(Host<K, R> host) {
        if (host.queued.isEmpty()) {
            return null;
        }
        Entry<K, R> best = null;
        for (Entry<K, R> entry : host.followable) {
            if (mayHaveOneMore(entry) && (best == null || entry.holders < best.holders) && order.nextBehind(entry) != null) {
                best = entry;
            }
        }
        return best;
    }

    private boolean mayHaveOneMore(Entry<K, R> entry) {
        return entry.state == Entry.State.LEASED && !entry.ended && entry.holders < entry.most && !order.isSurplus(entry)
            && lifetimes.spent(entry, entry.usesAllowed) == null;
    }
}
