// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;

/** Why a task gets no turn. Immutable. */
public final class Refusal {
    /** What kind of reason. */
    public enum Kind {
        /** The destination has as much waiting as it may, or is suspended: to be offered again later. */
        NO_ROOM,
        /** The destination does not work; what was learnt about it holds for this task too. */
        PENALISED,
        /** Whoever runs the server wants nothing more sent there. */
        BOUNCED,
        /** The scheduler is closed. */
        CLOSED
    }

    private final Kind kind;
    private final String reason;
    private final Duration wait;

    Refusal(Kind kind, String reason, Duration wait) {
        this.kind = kind;
        this.reason = reason;
        this.wait = wait;
    }

    /** The kind. */
    public Kind kind() {
        return kind;
    }

    /** In words: what the destination said last, where it has said something. */
    public String reason() {
        return reason;
    }

    /**
     * How long it makes no sense to offer it again: as long as the penalty lasts, or longer where the destination has been down
     * for long; where it has no room, until it is expected to have some. Zero where that cannot be told.
     */
    public Duration remaining() {
        return wait;
    }

    @Override
    public String toString() {
        return kind + ": " + reason;
    }
}
