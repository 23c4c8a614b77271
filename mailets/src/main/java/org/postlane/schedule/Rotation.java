// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The destinations that may have a turn, each once: those with the fewest turns come first, and of equals the one that has not
 * had one for longest. Each kind of trust stands apart, and they take turns too: when the share of one is used up, the others go
 * on. Finds the next in constant time, however many there are. Guarded by the scheduler's lock.
 */
final class Rotation<T extends Task> {
    private final Map<Trust, TreeMap<Integer, Set<Destination<T>>>> byTrust = new EnumMap<>(Trust.class);
    private final Trust[] kinds = Trust.values();
    private final Places places;
    private int kind;

    Rotation(Places places) {
        this.places = places;
        for (Trust trust : kinds) {
            byTrust.put(trust, new TreeMap<>());
        }
    }

    /** A place in the rotation; a destination that has one keeps it while nothing changes. */
    static final class Slot {
        private final Trust trust;
        private final int turns;

        Slot(Trust trust, int turns) {
            this.trust = trust;
            this.turns = turns;
        }
    }

    /** To be called whenever something about a destination has changed. */
    void update(Destination<T> destination, long now) {
        Slot slot = destination.slot;
        if (!destination.mayStart(now)) {
            leave(destination);
            return;
        }
        Trust trust = destination.trust(now);
        int turns = turnsThatCount(destination, trust);
        if (slot == null || slot.trust != trust || slot.turns != turns) {
            leave(destination);
            destination.slot = new Slot(trust, turns);
            byTrust.get(trust).computeIfAbsent(turns, count -> new LinkedHashSet<>()).add(destination);
        }
    }

    /** A probe is one, whatever old turns have not ended yet. */
    private int turnsThatCount(Destination<T> destination, Trust trust) {
        return trust == Trust.FAILING ? 0 : destination.underWay;
    }

    private void leave(Destination<T> destination) {
        Slot slot = destination.slot;
        if (slot != null) {
            destination.slot = null;
            Map<Integer, Set<Destination<T>>> byTurns = byTrust.get(slot.trust);
            Set<Destination<T>> equals = byTurns.get(slot.turns);
            equals.remove(destination);
            if (equals.isEmpty()) {
                byTurns.remove(slot.turns);
            }
        }
    }

    /** Takes out the next that may have a turn; null when there is none, or no turn left for those that there are. */
    Destination<T> next(long now) {
        for (int tried = 0; tried < kinds.length; ) {
            Trust trust = kinds[kind];
            kind = (kind + 1) % kinds.length;
            boolean moved = settle(trust, now);
            Destination<T> next = next(trust);
            if (next != null) {
                return next;
            }
            tried = moved ? 0 : tried + 1;
        }
        return null;
    }

    /** Time alone changes what is known of a destination: whoever comes next is looked at where it belongs now. */
    private boolean settle(Trust trust, long now) {
        TreeMap<Integer, Set<Destination<T>>> byTurns = byTrust.get(trust);
        boolean moved = false;
        while (!byTurns.isEmpty()) {
            Destination<T> candidate = byTurns.firstEntry().getValue().iterator().next();
            if (candidate.mayStart(now) && candidate.trust(now) == trust) {
                break;
            }
            update(candidate, now);
            moved = true;
        }
        return moved;
    }

    private Destination<T> next(Trust trust) {
        Map.Entry<Integer, Set<Destination<T>>> fewest = byTrust.get(trust).firstEntry();
        // What those with the fewest may not, none of them may.
        if (fewest == null || !places.hasTurn(trust, fewest.getKey())) {
            return null;
        }
        Destination<T> next = fewest.getValue().iterator().next();
        leave(next);
        return next;
    }

    /** How many that have not shown that they work may have their first turn, and have none. */
    int waitingForFirst(Trust trust) {
        Set<Destination<T>> without = byTrust.get(trust).get(0);
        return without == null ? 0 : without.size();
    }
}
