// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.function.Supplier;

/** Who comes first when slots are scarce. Decides nothing by itself and changes nothing. Guarded by the pool's lock. */
final class Precedence<K extends PoolKey, R extends PooledResource> {
    private final Supplier<PoolLimits> limits;
    private final Slots<K, R> slots;
    private final WaitingLine<K, R> line;

    Precedence(Supplier<PoolLimits> limits, Slots<K, R> slots, WaitingLine<K, R> line) {
        this.limits = limits;
        this.slots = slots;
        this.line = line;
    }

    /**
     * The oldest waiter of the host that can use this entry, or that needs its slot; null if nobody does. Slots that are free or
     * closing will serve as many of those queued, so that many need none; and a slot is no use to those for whom nothing could
     * be opened in it yet.
     */
    Waiter<K, R> nextFor(Entry<K, R> entry) {
        for (Waiter<K, R> waiter : entry.host.granted) {
            if (waiter.accepts(entry)) {
                return waiter;
            }
        }
        return nextQueuedFor(entry);
    }

    /**
     * The waiter who may follow those who have this entry: somebody is queued who may, and neither who came before him nor
     * another host needs its slot. Who has an opening under way came before those queued, and leaves it to them.
     */
    Waiter<K, R> nextBehind(Entry<K, R> entry) {
        Waiter<K, R> queued = nextQueuedFor(entry);
        if (queued == null || !queued.accepts(entry) || givesWay(queued)) {
            return null;
        }
        for (Waiter<K, R> waiter : entry.host.granted) {
            if (waiter.accepts(entry)) {
                return waiter;
            }
        }
        return queued;
    }

    private Waiter<K, R> nextQueuedFor(Entry<K, R> entry) {
        Host<K, R> host = entry.host;
        int provided = host.closing + Math.min(host.most(limits.get()) - host.open, limits.get().maxTotal() - slots.open());
        int usable = host.couldOpen(entry.good ? 1 : 0);
        int ahead = 0;
        for (Waiter<K, R> waiter : host.queued) {
            if (waiter.accepts(entry) || (ahead >= provided && ahead < usable)) {
                return waiter;
            }
            ahead++;
        }
        return null;
    }

    /**
     * Whether the slot has to go to another host although this one's waiter could use it: the total is reached, somebody
     * elsewhere has waited longer, and his host has nothing or at least two fewer. Without this, hosts that always have
     * somebody waiting would keep the whole pool; were the difference of two not asked for, equals would take turns
     * and reuse nothing.
     */
    boolean givesWay(Waiter<K, R> waiter) {
        Waiter<K, R> other = line.oldestReady();
        return other != null && other.host != waiter.host && other.arrival < waiter.arrival && lacking() > 0
            && (other.host.open == 0 || other.host.open + 1 < waiter.host.open);
    }

    /** Whether discarding this entry would help somebody queued, for whom no slot is free or becoming free. */
    boolean isNeeded(Entry<K, R> entry) {
        return line.demandWithout(entry) > provided();
    }

    /** Whether the limits have been lowered below what there is, so that this one has to go when it is not in use any more. */
    boolean isSurplus(Entry<K, R> entry) {
        return hasSurplus(entry.host) || provided() < 0;
    }

    /** Whether the host has more than it may have now, those apart that are going already. */
    boolean hasSurplus(Host<K, R> host) {
        return host.open - host.closing > host.most(limits.get());
    }

    /** How many more slots the queued could use than are free or becoming free. */
    private int lacking() {
        return line.demand() - provided();
    }

    private int provided() {
        return slots.closing() + limits.get().maxTotal() - slots.open();
    }
}
