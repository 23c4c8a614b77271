// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** Who comes first when slots are scarce. Decides nothing by itself and changes nothing. Guarded by the pool's lock. */
final class Precedence<K extends PoolKey, R extends PooledResource> {
    private final int maxTotal;
    private final Slots<K, R> slots;
    private final WaitingLine<K, R> line;

    Precedence(int maxTotal, Slots<K, R> slots, WaitingLine<K, R> line) {
        this.maxTotal = maxTotal;
        this.slots = slots;
        this.line = line;
    }

    /**
     * The oldest waiter of the host that can use this entry, or that needs its slot; null if nobody does. Connections that
     * are closing will serve as many of those queued, so that many need no slot.
     */
    Waiter<K, R> nextFor(Entry<K, R> entry) {
        for (Waiter<K, R> waiter : entry.host.granted) {
            if (waiter.accepts(entry)) {
                return waiter;
            }
        }
        int provided = entry.host.closing;
        for (Waiter<K, R> waiter : entry.host.queued) {
            if (waiter.accepts(entry) || provided-- <= 0) {
                return waiter;
            }
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

    /** How many more slots the queued could use than are free or becoming free. */
    int lacking() {
        return line.demand() - slots.closing() - (maxTotal - slots.open());
    }
}
