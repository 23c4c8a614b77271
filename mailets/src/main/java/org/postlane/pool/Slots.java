// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The account of slots, per host and in all. Each slot is in one of four places: opening, leased, idle, closing. One that is
 * closing still counts, because the peer counts it until the farewell is over. Guarded by the pool's lock.
 */
final class Slots<K extends PoolKey, R extends PooledResource> {
    private final Function<Object, HostPermits> permits;
    private final Map<Object, Host<K, R>> hosts = new HashMap<>();
    private final Set<Entry<K, R>> entries = new LinkedHashSet<>();
    /** Least recently used first. */
    private final Set<Entry<K, R>> idle = new LinkedHashSet<>();
    private int opening;
    private int leased;
    private int closing;

    /** @param permits those for a host that was not known until now */
    Slots(Function<Object, HostPermits> permits) {
        this.permits = permits;
    }

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
        return hosts.computeIfAbsent(key.host(), name -> new Host<>(name, permits.apply(name)));
    }

    /** The host of this name; null where the pool knows none. */
    Host<K, R> known(Object name) {
        return hosts.get(name);
    }

    List<Host<K, R>> hosts() {
        return new ArrayList<>(hosts.values());
    }

    /** Forgets a host that has nothing and wants nothing, and says whether it was one. */
    boolean forgetIfUnused(Host<K, R> host) {
        boolean unused = host.open == 0 && host.waiting() == 0;
        if (unused && hosts.remove(host.name, host)) {
            host.forget();
        }
        return unused;
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

    void startOpening(Opening<K, R> one) {
        one.host.open++;
        one.host.openings.add(one);
        opening++;
    }

    void failedToOpen(Opening<K, R> one) {
        one.host.open--;
        one.host.openings.remove(one);
        opening--;
    }

    void opened(Opening<K, R> one, Entry<K, R> entry) {
        one.host.openings.remove(one);
        opening--;
        leased++;
        entries.add(entry);
        if (!entry.ended) {
            entry.good = true;
            entry.host.good++;
        }
    }

    /** It has ended, wherever it is: it still has its slot, but proves no longer that the host can be reached. */
    void ended(Entry<K, R> entry) {
        entry.ended = true;
        noLongerGood(entry);
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
        noLongerGood(entry);
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

    private void noLongerGood(Entry<K, R> entry) {
        if (entry.good) {
            entry.good = false;
            entry.host.good--;
        }
    }

    private void removeIdle(Entry<K, R> entry) {
        idle.remove(entry);
        entry.host.idle.remove(entry);
    }
}
