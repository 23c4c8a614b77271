// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;

/** What a {@link Scheduler} shares out. Immutable. The defaults stand here and nowhere else. */
public final class SchedulerLimits {
    /** Tasks that wait or work. */
    public static final int DEFAULT_PLACES = 1_000;
    /** The share of places and of turns that destinations get together which have not shown lately that they work. */
    static final double UNPROVEN_SHARE = 0.75;
    /** The part of it that destinations may have together which failed when they were tried last: the rest is for newcomers. */
    static final double FAILING_SHARE = 0.5;
    /** The share of turns that destinations that work leave: they may all come to stand still at once. */
    static final double NEWCOMERS_SHARE = 0.125;
    /** A limit that a destination has shown is tried again after this time: one refusal in a minute is no burden. */
    static final Duration CEILING_HOLDS = Duration.ofMinutes(1);
    /** A destination has shown that it works when it did so within this time. */
    static final Duration PROVEN_FOR = Duration.ofMinutes(1);
    /** A destination may always hold what it gets done in about this time. */
    static final Duration USEFUL = Duration.ofSeconds(10);
    /** What a destination that works may hold however crowded it is; and one that is being probed after a long penalty. */
    static final int LEAST_ROOM = 4;
    /** The share of the places that one destination may always hold at most. */
    static final double USEFUL_SHARE = 0.25;
    /** Times the places: what destinations that work may hold all together, as each may always have what is useful. */
    static final int USEFUL_FACTOR = 2;
    /** How many tasks more than it has room for a fast destination takes in, while who brings them is asked to slow down. */
    static final int CROWD = 64;
    /** Who got nothing done for this time is not about to have room: nobody waits for him. */
    static final Duration ABOUT_TO_HAVE_ROOM = Duration.ofMillis(50);
    /** The part of the time that a destination needs for what is ahead, after which more is brought: rather early than late. */
    static final double BROUGHT_AGAIN = 0.8;
    /** Nobody is told to come back later than this: who knows what a destination gets done by then. */
    static final Duration EXPECTED_WITHIN = Duration.ofMinutes(5);
    /** Destinations that are remembered, with their windows, penalties and rates, while they have no work. */
    static final int MOST_IDLE = 50_000;
    /** A failure says nothing any more after this time without any work. */
    static final Duration FAILURE_MATTERS_FOR = Duration.ofHours(1);

    private final int places;
    private final int turns;

    /**
     * Limits.
     *
     * @param places most tasks that wait or work, beyond what a destination that works may always have
     * @param turns most turns at once: the connections that there are
     */
    public SchedulerLimits(int places, int turns) {
        if (places < 1 || turns < 1 || places > Integer.MAX_VALUE / 4) {
            throw new IllegalArgumentException("No limits: " + places + " places, " + turns + " turns");
        }
        this.places = places;
        this.turns = turns;
    }

    /** The tasks that wait or work are never more than this, whatever is offered. */
    public int mostTasks() {
        return placesForWorking() + unprovenPlaces();
    }

    int places() {
        return places;
    }

    int turns() {
        return turns;
    }

    /** Beyond this many, not even what is useful is taken in for a destination that works. */
    int placesForWorking() {
        return places * USEFUL_FACTOR;
    }

    int usefulPlaces() {
        return Math.max(LEAST_ROOM, (int) (places * USEFUL_SHARE));
    }

    int unprovenPlaces() {
        return share(places, UNPROVEN_SHARE);
    }

    int failingPlaces() {
        return share(places, FAILING_SHARE);
    }

    int unprovenTurns() {
        return share(turns, UNPROVEN_SHARE);
    }

    int failingTurns() {
        return share(turns, FAILING_SHARE);
    }

    int newcomersTurns() {
        return (int) (turns * NEWCOMERS_SHARE);
    }

    private static int share(int whole, double part) {
        return Math.max(1, (int) (whole * part));
    }
}
