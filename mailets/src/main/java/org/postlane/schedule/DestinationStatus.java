// SPDX-License-Identifier: Apache-2.0
package org.postlane.schedule;

import java.time.Duration;
import java.util.Optional;

/** What a destination held and did at one moment. Immutable. */
public final class DestinationStatus {
    /** What is done with work for it. */
    public enum State {
        /** Works, or has not been tried. */
        READY,
        /** Left alone after a failure. */
        PENALISED,
        /** A single turn shows whether it works again. */
        PROBING,
        /** Left alone because somebody said so. */
        SUSPENDED,
        /** Everything for it fails because somebody said so. */
        BOUNCING
    }

    final String name;
    State state = State.READY;
    int waiting;
    int underWay;
    int concurrency;
    Duration oldestWaiting = Duration.ZERO;
    Duration remaining;
    String lastError;
    Duration lastErrorAgo;
    long succeeded;
    long failed;
    long refused;
    DestinationLimits limits;

    DestinationStatus(String name) {
        this.name = name;
    }

    /** The name. */
    public String name() {
        return name;
    }

    /** What is done with work for it. */
    public State state() {
        return state;
    }

    /** Tasks that wait for their turn. */
    public int waiting() {
        return waiting;
    }

    /** Tasks that have their turn. */
    public int underWay() {
        return underWay;
    }

    /** How many may have their turn at once, as it has adapted. */
    public int concurrency() {
        return concurrency;
    }

    /** How long the oldest task has waited; zero when none waits. */
    public Duration oldestWaiting() {
        return oldestWaiting;
    }

    /** How long a penalty, a suspension or a bouncing lasts; empty where there is none, or no end. */
    public Optional<Duration> remaining() {
        return Optional.ofNullable(remaining);
    }

    /** What went wrong last. */
    public Optional<String> lastError() {
        return Optional.ofNullable(lastError);
    }

    /** How long ago that was. */
    public Optional<Duration> lastErrorAgo() {
        return Optional.ofNullable(lastErrorAgo);
    }

    /** Turns since it is known in which it worked. */
    public long succeeded() {
        return succeeded;
    }

    /** Turns since it is known in which it did not. */
    public long failed() {
        return failed;
    }

    /** Tasks since it is known that got no turn. */
    public long refused() {
        return refused;
    }

    /** The limits that it has. */
    public DestinationLimits limits() {
        return limits;
    }

    @Override
    public String toString() {
        return name + " " + state + " waiting=" + waiting + " underWay=" + underWay + " concurrency=" + concurrency
            + " lastError=" + lastError;
    }
}
