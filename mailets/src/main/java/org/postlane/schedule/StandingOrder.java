// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.Optional;

/** What an administrator has said about a destination, for a time or until it is taken back. Times are nanoseconds. */
final class StandingOrder {
    private enum Kind { NONE, SUSPEND, BOUNCE }

    private Kind kind = Kind.NONE;
    /** Null for ever. */
    private Long until;
    private String reason;

    void suspend(Optional<Long> end) {
        kind = Kind.SUSPEND;
        until = end.orElse(null);
    }

    void bounce(long end, String why) {
        kind = Kind.BOUNCE;
        until = end;
        reason = why;
    }

    void takeBack() {
        kind = Kind.NONE;
    }

    boolean isGiven(long now) {
        return kind(now) != Kind.NONE;
    }

    boolean isSuspension(long now) {
        return kind(now) == Kind.SUSPEND;
    }

    boolean isBouncing(long now) {
        return kind(now) == Kind.BOUNCE;
    }

    private Kind kind(long now) {
        if (kind != Kind.NONE && until != null && until - now <= 0) {
            kind = Kind.NONE;
        }
        return kind;
    }

    /** Why everything bounces. */
    String reason() {
        return reason;
    }

    /** Null without an end. */
    Duration remaining(long now) {
        return until == null ? null : Duration.ofNanos(until - now);
    }
}
