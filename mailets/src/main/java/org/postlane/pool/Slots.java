// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The account of slots, per host and in all. Each slot is in one of four places: opening, leased, idle, closing. One that is
 * closing still counts, because the peer counts it until the farewell is over. Guarded by the pool's lock.
 */
final class Slots<K extends PoolKey, R extends PooledResource> {
    private final Map<Object, Host<K, R>> hosts = new HashMap<>();
    private final Set<Entry<K, R>> entries = new LinkedHashSet<>();
    /** Least recently used first. */
    private final Set<Entry<K, R>> idle = new LinkedHashSet<>();
    private int opening;
    private int leased;
    private int closing;

    int open() {
        return opening + leased + idle.size() + closing;
    }

    int opening() {
        return opening;
    }

    int leased() {
        return leased;
    }

    int idle() {
        return idle.size();
    }

    int closing() {
        return closing;
    }

    Host<K, R> host(K key) {
        return hosts.computeIfAbsent(key.host(), Host::new);
    }

    List<Host<K, R>> hosts() {
        return new ArrayList<>(hosts.values());
    }

    /** Forgets a host that has nothing and wants nothing. */
    void forgetIfUnused(Host<K, R> host) {
        if (host.open == 0 && host.waiting() == 0) {
            hosts.remove(host.name, host);
        }
    }

    List<Entry<K, R>> entries() {
        return new ArrayList<>(entries);
    }

    List<Entry<K, R>> idleOnes() {
        return new ArrayList<>(idle);
    }

    Entry<K, R> leastRecentlyUsed() {
        return idle.iterator().next();
    }

    void startOpening(Host<K, R> host) {
        host.open++;
        opening++;
    }

    void failedToOpen(Host<K, R> host) {
        host.open--;
        opening--;
    }

    void opened(Entry<K, R> entry) {
        opening--;
        leased++;
        entries.add(entry);
    }

    void toIdle(Entry<K, R> entry) {
        leased--;
        idle.add(entry);
        entry.host.idle.add(entry);
        entry.state = Entry.State.IDLE;
    }

    void toLeased(Entry<K, R> entry) {
        removeIdle(entry);
        leased++;
        entry.state = Entry.State.LEASED;
    }

    void toClosing(Entry<K, R> entry) {
        if (entry.state == Entry.State.IDLE) {
            removeIdle(entry);
        } else {
            leased--;
        }
        closing++;
        entry.host.closing++;
        entry.state = Entry.State.CLOSING;
    }

    void toGone(Entry<K, R> entry) {
        closing--;
        entry.host.closing--;
        entry.host.open--;
        entries.remove(entry);
        entry.state = Entry.State.GONE;
    }

    private void removeIdle(Entry<K, R> entry) {
        idle.remove(entry);
        entry.host.idle.remove(entry);
    }
}
