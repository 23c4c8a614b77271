// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** What a {@link Pool} held for one host at one moment, consistent in itself and with the other hosts of one call. Immutable. */
public final class HostStats {
    private final Object host;
    private final int opening;
    private final int leased;
    private final int idle;
    private final int closing;
    private final int waiting;
    private final boolean paced;

    HostStats(Host<?, ?> host) {
        this.host = host.name;
        this.opening = host.openings.size();
        this.leased = host.open - host.openings.size() - host.idle.size() - host.closing;
        this.idle = host.idle.size();
        this.closing = host.closing;
        this.waiting = host.waiting();
        this.paced = host.held;
    }

    /** The host, as {@link PoolKey#host()} names it. */
    public Object host() {
        return host;
    }

    /** All that counts against {@link PoolLimits#maxPerHost()}: opening, leased, idle and closing. */
    public int open() {
        return opening + leased + idle + closing;
    }

    /** Being opened. */
    public int opening() {
        return opening;
    }

    /** Handed out, or given back and being reset. */
    public int leased() {
        return leased;
    }

    /** In reserve. */
    public int idle() {
        return idle;
    }

    /** Saying farewell. */
    public int closing() {
        return closing;
    }

    /** Callers that have no lease yet, those included whose connection is being opened. */
    public int waiting() {
        return waiting;
    }

    /** Whether the next opening waits for its pace ({@link OpeningGate}). */
    public boolean paced() {
        return paced;
    }

    @Override
    public String toString() {
        return host + ": open=" + open() + " (opening=" + opening + ", leased=" + leased + ", idle=" + idle + ", closing="
            + closing + "), waiting=" + waiting + (paced ? ", paced" : "");
    }
}
