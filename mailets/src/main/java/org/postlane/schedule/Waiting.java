// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.util.Objects;

/** A task that was offered, for as long as the scheduler has it. Guarded by the scheduler's lock. */
final class Waiting<T extends Task> {
    final T task;
    /** Asked for once, and before anything is counted: whoever answers differently later shall not be lost. */
    final String line;
    final int priority;
    /** Where it waits or has its turn; null before. */
    private Destination<T> destination;
    private long since;
    /** In whose share of the places it is counted. */
    private Trust trust;

    Waiting(T task) {
        this.task = task;
        this.line = Objects.requireNonNull(task.line(), "line");
        this.priority = task.priority();
    }

    void enter(Destination<T> where, long now, Trust as) {
        destination = where;
        since = now;
        trust = as;
    }

    Destination<T> destination() {
        return destination;
    }

    long since() {
        return since;
    }

    Trust trust() {
        return trust;
    }
}
