// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

/** A task in the room of a destination. Guarded by the scheduler's lock. */
final class Waiting<T extends Task> {
    final T task;
    final long since;
    /** In whose share of the room it was counted when it came. */
    final boolean unproven;

    Waiting(T task, long since, boolean unproven) {
        this.task = task;
        this.since = since;
        this.unproven = unproven;
    }
}
