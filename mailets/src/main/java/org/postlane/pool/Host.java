// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the pool knows about one host. Guarded by the pool's lock; exists while it has a slot or a waiter.
 *
 * <p>Waiters in {@link #granted} have an attempt to open under way, those in {@link #queued} have none. Slots are granted in
 * order, so whoever is granted came before all who are queued.
 */
final class Host<K extends PoolKey, R extends PooledResource> {
    final Object name;
    final Set<Waiter<K, R>> granted = new LinkedHashSet<>();
    final Set<Waiter<K, R>> queued = new LinkedHashSet<>();
    /** Least recently used first. A list, since there are no more than connections to one host. */
    final List<Entry<K, R>> idle = new ArrayList<>();
    /** Slots taken: opening, leased, idle and closing. */
    int open;
    int closing;
    /** Share in {@link WaitingLine#demand()}. */
    int demand;
    /** Where this stands in the line of hosts that could use a slot, or null. */
    Long readyAt;

    Host(Object name) {
        this.name = name;
    }

    int waiting() {
        return granted.size() + queued.size();
    }

    Waiter<K, R> firstQueued() {
        return queued.isEmpty() ? null : queued.iterator().next();
    }
}
