// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Who has a resource when it is more than one, and which resources somebody may have behind those who have them. One at a time of
 * those is not only waiting for answers: the last, until he lets somebody follow. Guarded by the pool's lock.
 */
final class Followers<K extends PoolKey, R extends PooledResource> {
    /** Who has waited for his answers for so long keeps those behind him waiting too, and in the line another may come sooner. */
    private static final Duration STANDS_STILL = Duration.ofSeconds(2);

    private final Precedence<K, R> order;
    private final Lifetimes<K, R> lifetimes;
    private final LongSupplier clock;

    Followers(Precedence<K, R> order, Lifetimes<K, R> lifetimes, LongSupplier clock) {
        this.order = order;
        this.lifetimes = lifetimes;
        this.clock = clock;
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
        entry.gotOn = clock.getAsLong();
        return mayHaveOneMore(entry);
    }

    /** A lease has come back; returns whether it was the last that was out. */
    boolean handBack(Entry<K, R> entry, DiscardReason reason, int most) {
        entry.holders--;
        entry.most = most;
        entry.gotOn = clock.getAsLong();
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
            && clock.getAsLong() - entry.gotOn <= STANDS_STILL.toNanos() && lifetimes.spent(entry, entry.usesAllowed) == null;
    }
}
