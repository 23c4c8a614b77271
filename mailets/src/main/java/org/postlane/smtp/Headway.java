// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether a connection gets on: when the server last did something, and whether it has contents of which only the server knows
 * what became of them.
 *
 * <p>Written on the connection's event loop.
 */
final class Headway {
    private final LongSupplier clock;
    /** When the server last did anything that was asked of it. Read from any thread. */
    private volatile long lastProgress;
    /** Contents whose last piece may have left, and that have no outcome. Read from any thread. */
    private volatile int unknownOutcomes;
    private long lastReply;

    /**
     * Of a connection that begins now.
     *
     * @param clock as {@link System#nanoTime}
     */
    Headway(LongSupplier clock) {
        this.clock = clock;
        progressed();
    }

    /** Something has begun, or the server has answered or taken some of what was sent. */
    void progressed() {
        lastProgress = clock.getAsLong();
    }

    /** The server has answered. */
    void replied() {
        lastReply = clock.getAsLong();
        lastProgress = lastReply;
    }

    /** A piece of content leaves; after the last one only the server knows whether it has the message. */
    void contentLeaves(boolean last) {
        countUnknown(last ? 1 : 0);
    }

    /** A transaction begins behind which nothing is open. */
    void outcomesAreKnown() {
        unknownOutcomes = 0;
    }

    /** One of the contents whose last piece has left has its outcome. */
    void outcomeIsKnown() {
        countUnknown(-1);
    }

    private void countUnknown(int more) {
        int before = unknownOutcomes;
        unknownOutcomes = Math.max(0, before + more);
    }

    /** Whether the last piece of some content may have left, and its outcome may be open. Any thread may ask. */
    boolean isOutcomeUnknown() {
        return unknownOutcomes > 0;
    }

    /** For how long nothing has gone on. Any thread may ask. */
    Duration standstill() {
        return Duration.ofNanos(clock.getAsLong() - lastProgress);
    }

    /** How long the server has said nothing. */
    Duration silence() {
        return Duration.ofNanos(clock.getAsLong() - lastReply);
    }
}
