// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Those who wait, in the order of their arrival, and the hosts that could use a slot. Guarded by the pool's lock. */
final class WaitingLine<K extends PoolKey, R extends PooledResource> {
    private final Supplier<PoolLimits> limits;
    /** Hosts that may open one more and have somebody queued, by the arrival of the oldest one queued. */
    private final TreeMap<Long, Host<K, R>> ready = new TreeMap<>();
    private long arrivals;
    private int waiting;
    private int demand;

    WaitingLine(Supplier<PoolLimits> limits) {
        this.limits = limits;
    }

    int waiting() {
        return waiting;
    }

    /** How many slots those queued could use, were it only for their hosts' rules and the slots that are closing there. */
    int demand() {
        return demand;
    }

    /** The oldest waiter without an attempt under way whose host may open one more, or null. */
    Waiter<K, R> oldestReady() {
        return ready.isEmpty() ? null : ready.firstEntry().getValue().firstQueued();
    }

    /** As {@link #demand()}, were {@code entry} discarded: what proves that its host can be reached lets others open there. */
    int demandWithout(Entry<K, R> entry) {
        return demand - entry.host.demand + wanted(entry.host, entry.good ? 1 : 0);
    }

    private int wanted(Host<K, R> host, int fewer) {
        return Math.max(0, Math.min(host.couldOpen(fewer), host.most(limits.get()) - host.open + host.closing));
    }

    void enter(Host<K, R> host, Waiter<K, R> waiter) {
        waiter.arrival = arrivals++;
        waiter.host = host;
        host.queued.add(waiter);
        waiting++;
    }

    void leave(Waiter<K, R> waiter) {
        if (!waiter.host.granted.remove(waiter)) {
            waiter.host.queued.remove(waiter);
        }
        waiter.host = null;
        waiter.opening = null;
        waiting--;
    }

    /** Ties an attempt to open to the one it is for. */
    void grant(Waiter<K, R> waiter, Opening<K, R> opening) {
        if (waiter.host.queued.remove(waiter)) {
            waiter.host.granted.add(waiter);
        }
        waiter.opening = opening;
        opening.waiter = waiter;
    }

    /** Brings the order of hosts up to date after {@code host} has changed. */
    void refresh(Host<K, R> host) {
        int wanted = wanted(host, 0);
        demand += wanted - host.demand;
        host.demand = wanted;
        boolean isReady = host.open < host.most(limits.get()) && host.couldOpen(0) > 0;
        Long readyAt = isReady ? Long.valueOf(host.firstQueued().arrival) : null;
        if (!Objects.equals(readyAt, host.readyAt)) {
            if (host.readyAt != null) {
                ready.remove(host.readyAt);
            }
            if (readyAt != null) {
                ready.put(readyAt, host);
            }
            host.readyAt = readyAt;
        }
    }
}
