// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How many tasks and turns there are, and for how trusted destinations. What is left decides how much one destination may have:
 * each as much as is still free, so that many who want all get equal parts, and a newcomer finds something. Guarded by the
 * scheduler's lock.
 */
final class Places {
    private static final Duration RECOUNT = Duration.ofSeconds(5);

    private SchedulerLimits limits;
    private final Shares tasks = new Shares();
    private final Shares turns = new Shares();
    /** Those with turns. */
    private final Set<Destination<?>> busy = new LinkedHashSet<>();
    private long recounted;
    /** Whether there may be more turns under way than there should be since their number was lowered. */
    private boolean lowered;

    Places(SchedulerLimits limits) {
        this.limits = limits;
    }

    /** So many for each kind of destination. */
    private static final class Shares {
        private int working;
        private int unknown;
        private int failing;

        void add(Trust trust, int change) {
            switch (trust) {
                case WORKING:
                    working += change;
                    break;
                case UNKNOWN:
                    unknown += change;
                    break;
                default:
                    failing += change;
                    break;
            }
        }

        int unproven() {
            return unknown + failing;
        }

        int all() {
            return working + unproven();
        }
    }

    /** What follows from it shows when turns are given next. */
    void limitTurns(int turns) {
        lowered |= turns < limits.turns();
        limits = limits.withTurns(turns);
    }

    void take(Trust trust) {
        tasks.add(trust, 1);
    }

    void free(Trust trust) {
        tasks.add(trust, -1);
    }

    void startTurn(Destination<?> destination, long now) {
        recount(destination, now);
        destination.turnsCountAs = destination.trust(now);
        turns.add(destination.turnsCountAs, 1);
        busy.add(destination);
    }

    /** To be called while the turn is still counted as under way. */
    void endTurn(Destination<?> destination) {
        turns.add(destination.turnsCountAs, -1);
        if (destination.underWay == 1) {
            busy.remove(destination);
        }
    }

    /** Counts the turns of a destination as what it is known for now: who worked and then came to stand still works no more. */
    void recount(Destination<?> destination, long now) {
        Trust trust = destination.trust(now);
        if (destination.underWay > 0 && destination.turnsCountAs != trust) {
            turns.add(destination.turnsCountAs, -destination.underWay);
            turns.add(trust, destination.underWay);
            destination.turnsCountAs = trust;
        }
    }

    /** The same for all of them, now and then: no event tells that nothing happens. */
    void recountSometimes(long now) {
        // With nobody there is nothing to count, and the clock may have begun anywhere.
        if (busy.isEmpty() || now - recounted > RECOUNT.toNanos()) {
            recounted = now;
            busy.forEach(destination -> recount(destination, now));
        }
    }

    boolean hasRoom(Destination<?> destination, long now) {
        return destination.held() < Math.min(room(destination, now), destination.roomByRate());
    }

    /** Whether there is a place for one that has no room, and will have some in a moment. */
    boolean hasPlaceInCrowd(Destination<?> destination, long now) {
        boolean hasPlace = destination.trust(now) == Trust.WORKING ? tasks.working < limits.places()
            : taken() < limits.places() && tasks.unproven() < limits.unprovenPlaces();
        return hasPlace && destination.isAboutToHaveRoom(now)
            && destination.held() < room(destination, now) + SchedulerLimits.CROWD;
    }

    /** Whether those that work have all that they may have together, but for what may be on its way already. */
    boolean areAlmostFullOfWork() {
        return roomForWorking() <= Math.min(SchedulerLimits.ON_THE_WAY, limits.places() / 2);
    }

    /** What is held by those that work. */
    int takenByWorking() {
        return tasks.working;
    }

    private int room(Destination<?> destination, long now) {
        int unproven = limits.unprovenPlaces() - tasks.unproven();
        switch (destination.trust(now)) {
            case WORKING:
                int useful = Math.min(destination.usefulRoom(now), limits.usefulPlaces());
                return Math.max(limits.places() - taken(), Math.min(useful, roomForWorking()));
            case FAILING:
                int failing = Math.min(unproven, limits.failingPlaces() - tasks.failing);
                return Math.max(mayHoldFirst(destination, now) ? 1 : 0,
                    destination.penalty.isLong() ? Math.min(failing, SchedulerLimits.LEAST_ROOM) : failing);
            default:
                return Math.max(unproven, mayHoldFirst(destination, now) ? 1 : 0);
        }
    }

    /** What those that stall hold is no reason to refuse those that work: only their own number is, and the whole. */
    private int roomForWorking() {
        return Math.min(limits.placesForWorking() - tasks.working, limits.mostTasks() - taken());
    }

    /**
     * Others that stall without end must not keep out who has nothing yet: he has one place, and waits there for the first turn
     * that somebody ends or gives up.
     */
    private boolean mayHoldFirst(Destination<?> destination, long now) {
        if (destination.held() > 0 || taken() >= limits.placesForFirst() || tasks.unproven() >= limits.unprovenFirstPlaces()) {
            return false;
        }
        return !destination.penalty.isOn()
            || (!destination.penalty.isActive(now) && tasks.failing < limits.failingFirstPlaces());
    }

    /** Whether a turn of the one kind, when it ends, is one for the other. */
    boolean makesRoom(Trust ended, Trust waiting) {
        boolean failingOnly = waiting == Trust.FAILING && turns.failing >= limits.failingTurns();
        return failingOnly ? ended == Trust.FAILING : ended != Trust.WORKING;
    }

    /** Those with turns. */
    Set<Destination<?>> busy() {
        return busy;
    }

    /** How many turns of destinations that have not shown that they work are too many since their number was lowered. */
    int tooManySinceLowered() {
        if (lowered) {
            int tooMany = Math.max(turns() - limits.turns(), turns.unproven() - limits.unprovenTurns());
            lowered = tooMany > 0;
            return Math.max(0, tooMany);
        }
        return 0;
    }

    /** Whether a destination that has so many turns already may have another. */
    boolean hasTurn(Trust trust, int underWay) {
        int free = Math.max(0, limits.turns() - turns());
        int unproven = Math.min(free, Math.max(0, limits.unprovenTurns() - turns.unproven()));
        switch (trust) {
            case WORKING:
                return underWay < free - Math.min(unproven, limits.newcomersTurns());
            case FAILING:
                return underWay < Math.min(unproven, limits.failingTurns() - turns.failing);
            default:
                return underWay < unproven;
        }
    }

    int taken() {
        return tasks.all();
    }

    int turns() {
        return turns.all();
    }

    @Override
    public String toString() {
        return taken() + " tasks, " + tasks.unproven() + " of them unproven; "
            + turns() + " turns, " + turns.unproven() + " of them unproven";
    }
}
