// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;

/** What a {@link Scheduler} shares out. Immutable. The defaults stand here and nowhere else. */
public final class SchedulerLimits {
    /** Tasks that wait or work. */
    public static final int DEFAULT_PLACES = 1_000;
    /** The share of places and of turns that destinations get together which have not shown lately that they work. */
    static final double UNPROVEN_SHARE = 0.75;
    /** A destination has shown that it works when it did so within this time. */
    static final Duration PROVEN_FOR = Duration.ofMinutes(1);
    /** A destination may always hold what it gets done in about this time. */
    static final Duration USEFUL = Duration.ofSeconds(10);
    /** What a destination that works may hold however crowded it is. */
    static final int LEAST_ROOM = 4;
    /** Destinations without work that are remembered, with their windows, penalties and rates. */
    static final int MOST_IDLE = 50_000;

    private final int places;
    private final int turns;

    /**
     * Limits.
     *
     * @param places most tasks that wait or work, beyond what a destination that works may always have
     * @param turns most turns at once: the connections that there are
     */
    public SchedulerLimits(int places, int turns) {
        if (places < 1 || turns < 1) {
            throw new IllegalArgumentException("No limits: " + places + " places, " + turns + " turns");
        }
        this.places = places;
        this.turns = turns;
    }

    int places() {
        return places;
    }

    int turns() {
        return turns;
    }

    int unprovenPlaces() {
        return share(places);
    }

    int unprovenTurns() {
        return share(turns);
    }

    private static int share(int whole) {
        return Math.max(1, (int) (whole * UNPROVEN_SHARE));
    }
}
