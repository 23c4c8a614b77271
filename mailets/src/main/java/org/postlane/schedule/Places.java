// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

/**
 * How many tasks there are, and how many of them belong to destinations that had not shown that they work. What is left decides
 * how much a destination may hold: each may have as much as is still free, so that many who want all get equal parts, and a
 * newcomer finds something. Guarded by the scheduler's lock.
 */
final class Places {
    private final SchedulerLimits limits;
    private int taken;
    private int takenByUnproven;
    private int turns;
    private int turnsOfUnproven;

    Places(SchedulerLimits limits) {
        this.limits = limits;
    }

    void take(boolean unproven) {
        taken++;
        takenByUnproven += unproven ? 1 : 0;
    }

    void free(boolean unproven) {
        taken--;
        takenByUnproven -= unproven ? 1 : 0;
    }

    void startTurn(boolean unproven) {
        turns++;
        turnsOfUnproven += unproven ? 1 : 0;
    }

    void endTurn(boolean unproven) {
        turns--;
        turnsOfUnproven -= unproven ? 1 : 0;
    }

    boolean hasRoom(Destination<?> destination, long now) {
        int held = destination.line.size() + destination.underWay;
        return held < destination.room(now, limits.places() - taken, limits.unprovenPlaces() - takenByUnproven);
    }

    /** Whether a destination of this kind, with so many turns already, may have another. */
    boolean hasTurn(boolean unproven, int underWay) {
        int free = limits.turns() - turns;
        return unproven
            ? free > 0 && turnsOfUnproven < limits.unprovenTurns()
            : free > 0 && (underWay == 0 || underWay < free);
    }

    int taken() {
        return taken;
    }

    int turns() {
        return turns;
    }
}
