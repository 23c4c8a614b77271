// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** What a {@link Pool} held for one host at one moment, consistent in itself and with the other hosts of one call. Immutable. */
public final class HostStats extends SlotFigures {
    private final Object host;
    private final boolean paced;

    HostStats(Host<?, ?> host) {
        super(host.openings.size(), host.open - host.openings.size() - host.idle.size() - host.closing, host.idle.size(),
            host.closing, host.waiting());
        this.host = host.name;
        this.paced = host.held;
    }

    /** The host, as {@link PoolKey#host()} names it. */
    public Object host() {
        return host;
    }

    /** Whether the next opening waits for its pace ({@link OpeningGate}). */
    public boolean paced() {
        return paced;
    }

    @Override
    public String toString() {
        return host + ": " + super.toString() + (paced ? ", paced" : "");
    }
}
