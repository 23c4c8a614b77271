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
    /** As far as this turns become more with each success of a destination, used or not: so few are no burden to a server. */
    static final int SMALL_WINDOW = 8;
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
    /** Of the turns of those that have not shown that they work, as many may wait for one, each with a first task. */
    static final double WAITING_SHARE = 0.125;
    /**
     * Where turns are short, an attempt is given up that has got nowhere for so long: a server that is well answers within a
     * second or two, and a greeting that is held back on purpose (Postfix' postscreen: 6 s) shall not be missed.
     */
    static final Duration PATIENCE = Duration.ofSeconds(10);
    /**
     * Doubles each time that a destination gives way, up to this: a server that is slow gets its mail all the same (Exim and
     * sendmail are often told to hold their greeting back for 20 s or 30 s, and look clients up for as long).
     */
    static final Duration LONGEST_PATIENCE = Duration.ofMinutes(1);
    /** How often it is looked for somebody to give way, while turns are short. */
    static final Duration PRESSURE_LOOK = Duration.ofSeconds(1);
    /** Who is asked to give way ends within this time, or does not: then somebody else is asked. */
    static final Duration GIVES_WAY_WITHIN = Duration.ofSeconds(2);
    /** How many tasks more than it has room for a fast destination takes in, while who brings them is asked to slow down. */
    static final int CROWD = 64;
    /** Tasks that may still come when who brings them has been asked to slow down. */
    static final int ON_THE_WAY = 32;
    /** Who got nothing done for this time is not about to have room: nobody waits for him. */
    static final Duration ABOUT_TO_HAVE_ROOM = Duration.ofMillis(250);
    /**
     * Who has been tried for less than this may show in a moment that it works: a server that is near and well takes its first
     * mail within a second.
     */
    static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    /**
     * So many times as long as a destination has got nowhere, who finds no room there is to wait: a server that greets after some
     * seconds has all its mail within a minute, and what some hundreds keep that never answer is not read again and again.
     */
    static final int UNPROVEN_WAIT = 4;
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

    /** The same with another number of turns. */
    SchedulerLimits withTurns(int changed) {
        return new SchedulerLimits(places, changed);
    }

    /** The tasks that wait or work are never more than this, whatever is offered. */
    public int mostTasks() {
        return placesForWorking() + unprovenPlaces();
    }

    /**
     * While there are fewer tasks than this, a destination that has not shown that it works and holds nothing may have one place,
     * and wait there for a turn. What is above it is left for those that work.
     */
    int placesForFirst() {
        return mostTasks() - usefulPlaces();
    }

    /** So many destinations that have not shown that they work may hold a first place: those with turns, and a few that wait. */
    int unprovenFirstPlaces() {
        return Math.max(unprovenPlaces(), withSomeThatWait(unprovenTurns()));
    }

    /** The same for those that failed when they were tried last. */
    int failingFirstPlaces() {
        return Math.max(failingPlaces(), withSomeThatWait(failingTurns()));
    }

    private static int withSomeThatWait(int turns) {
        return turns + Math.max(1, (int) (turns * WAITING_SHARE));
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
