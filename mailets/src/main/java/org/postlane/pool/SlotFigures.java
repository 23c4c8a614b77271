// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** How many connections were in which place at one moment, and who waited for one. Immutable. */
public abstract class SlotFigures {
    private final int opening;
    private final int leased;
    private final int idle;
    private final int closing;
    private final int waiting;

    SlotFigures(int opening, int leased, int idle, int closing, int waiting) {
        this.opening = opening;
        this.leased = leased;
        this.idle = idle;
        this.closing = closing;
        this.waiting = waiting;
    }

    /** All that counts against the limits: opening, leased, idle and closing. */
    public int open() {
        return opening + leased + idle + closing;
    }

    /** Being opened. */
    public int opening() {
        return opening;
    }

    /** Handed out, or given back and being reset. */
    public int leased() {
        return leased;
    }

    /** In reserve. */
    public int idle() {
        return idle;
    }

    /** Saying farewell. */
    public int closing() {
        return closing;
    }

    /** Callers that have no lease yet, those included whose connection is being opened. */
    public int waiting() {
        return waiting;
    }

    @Override
    public String toString() {
        return "open=" + open() + " (opening=" + opening + ", leased=" + leased + ", idle=" + idle + ", closing=" + closing
            + "), waiting=" + waiting;
    }
}
