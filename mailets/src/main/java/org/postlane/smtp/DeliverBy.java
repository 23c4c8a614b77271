// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** By when a mail is to be delivered, and what happens when it is not: the value of BY (RFC 2852 4). Immutable. */
public final class DeliverBy {
    /** What happens when the time is over. */
    public enum Mode {
        /** The sender is told, and delivery goes on. */
        NOTIFY("N"),
        /** Delivery ends, and the mail returns. */
        RETURN("R");

        private final String letter;

        Mode(String letter) {
            this.letter = letter;
        }
    }

    private final long seconds;
    private final Mode mode;
    private final boolean trace;

    private DeliverBy(long seconds, Mode mode, boolean trace) {
        this.seconds = seconds;
        this.mode = mode;
        this.trace = trace;
    }

    /**
     * A wish.
     *
     * @param seconds from now; with {@link Mode#NOTIFY} also zero or less: the time was over before, and was reported
     * @param trace whether each server on the way reports that it passed the mail on
     * @throws IllegalArgumentException for more than nine digits, and with {@link Mode#RETURN} for zero or less
     */
    public static DeliverBy of(long seconds, Mode mode, boolean trace) {
        long least = mode == Mode.RETURN ? 1 : -SmtpLimits.DELIVER_BY_SECONDS;
        if (seconds < least || seconds > SmtpLimits.DELIVER_BY_SECONDS) {
            throw new IllegalArgumentException("BY takes " + least + " to " + SmtpLimits.DELIVER_BY_SECONDS
                + " seconds in mode " + mode.letter + " (RFC 2852 4), not " + seconds);
        }
        return new DeliverBy(seconds, mode, trace);
    }

    /**
     * The same wish some time later: what is left of it goes to the next server (RFC 2852 4.1.4.1).
     *
     * @return empty when the time is over and the mail must return
     */
    public Optional<DeliverBy> after(Duration elapsed) {
        long left = seconds - Math.max(0, Math.min(elapsed.toSeconds(), 2L * SmtpLimits.DELIVER_BY_SECONDS));
        return mode == Mode.RETURN && left <= 0
            ? Optional.empty()
            : Optional.of(of(Math.max(left, -SmtpLimits.DELIVER_BY_SECONDS), mode, trace));
    }

    /** From now on; see {@link #of}. */
    public long seconds() {
        return seconds;
    }

    /** What happens when the time is over. */
    public Mode mode() {
        return mode;
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof DeliverBy)) {
            return false;
        }
        DeliverBy other = (DeliverBy) o;
        return seconds == other.seconds && mode == other.mode && trace == other.trace;
    }

    @Override
    public int hashCode() {
        return Objects.hash(seconds, mode, trace);
    }

    /** As it stands in a command. */
    @Override
    public String toString() {
        return seconds + ";" + mode.letter + (trace ? "T" : "");
    }
}
