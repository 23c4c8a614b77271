// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The destinations that may have a turn, each once, in the order in which they come next. Those that have not shown that they
 * work stand apart: when their share is used up, the others go on. Guarded by the scheduler's lock.
 */
final class Rotation<T extends Task> {
    private final Deque<Destination<T>> proven = new ArrayDeque<>();
    private final Deque<Destination<T>> unproven = new ArrayDeque<>();
    private final Places places;

    Rotation(Places places) {
        this.places = places;
    }

    void enter(Destination<T> destination, long now) {
        if (!destination.inRotation && destination.mayStart(now)) {
            destination.inRotation = true;
            (destination.isProven(now) ? proven : unproven).add(destination);
        }
    }

    /** The next that may have a turn; null when there is none, or no turn left. */
    Destination<T> next(long now) {
        Destination<T> next = next(proven, now);
        return next == null ? next(unproven, now) : next;
    }

    private Destination<T> next(Deque<Destination<T>> deque, long now) {
        for (int left = deque.size(); left > 0; left--) {
            Destination<T> candidate = deque.peekFirst();
            boolean isUnproven = !candidate.isProven(now);
            if (!candidate.mayStart(now)) {
                deque.removeFirst();
                candidate.inRotation = false;
            } else if (places.hasTurn(isUnproven, candidate.underWay)) {
                deque.removeFirst();
                candidate.inRotation = false;
                return candidate;
            } else if (deque == unproven && isUnproven) {
                // What one of them may not, none of them may.
                return null;
            } else {
                deque.addLast(deque.removeFirst());
            }
        }
        return null;
    }
}
