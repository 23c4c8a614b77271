// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** What a {@link Pool} held and had done at one moment, consistent in itself. Immutable. */
public final class PoolStats extends SlotFigures {
    private final Tally tally;

    PoolStats(int opening, int leased, int idle, int closing, int waiting, Tally tally) {
        super(opening, leased, idle, closing, waiting);
        this.tally = tally;
    }

    /** Resources opened since the start. */
    public long opened() {
        return tally.opened;
    }

    /** Attempts to open that failed since the start. */
    public long failedToOpen() {
        return tally.failedToOpen;
    }

    /** Leases granted since the start. */
    public long acquired() {
        return tally.acquired;
    }

    /** Leases granted since the start for which {@link Lease#isReused()} holds. */
    public long reused() {
        return tally.reused;
    }

    /** Leases granted since the start for which {@link Lease#isFollowing()} holds. */
    public long followed() {
        return tally.followed;
    }

    /** Callers that waited in vain since the start. */
    public long timedOut() {
        return tally.timedOut;
    }

    /**
     * Resources discarded since the start, by reason; has every reason. {@link DiscardReason#GAVE_WAY} counts those too that were
     * still being opened, and neither {@link #opened()} nor {@link #failedToOpen()} does.
     */
    public Map<DiscardReason, Long> discarded() {
        return Collections.unmodifiableMap(tally.discarded);
    }

    /** Resources discarded since the start for this reason. */
    public long discarded(DiscardReason reason) {
        return tally.discarded.get(reason);
    }

    @Override
    public String toString() {
        return super.toString() + ", opened=" + tally.opened + ", failedToOpen=" + tally.failedToOpen + ", acquired="
            + tally.acquired + ", reused=" + tally.reused + ", followed=" + tally.followed
            + ", timedOut=" + tally.timedOut + ", discarded=" + tally.discarded;
    }

    /** What only ever grows. Guarded by the pool's lock until it is copied. */
    static final class Tally {
        long opened;
        long failedToOpen;
        long acquired;
        long reused;
        long followed;
        long timedOut;
        private final EnumMap<DiscardReason, Long> discarded = new EnumMap<>(DiscardReason.class);

        Tally() {
            for (DiscardReason reason : DiscardReason.values()) {
                discarded.put(reason, 0L);
            }
        }

        void count(DiscardReason reason) {
            discarded.merge(reason, 1L, Long::sum);
        }

        Tally copy() {
            Tally copy = new Tally();
            copy.opened = opened;
            copy.failedToOpen = failedToOpen;
            copy.acquired = acquired;
            copy.reused = reused;
            copy.followed = followed;
            copy.timedOut = timedOut;
            copy.discarded.putAll(discarded);
            return copy;
        }
    }
}
