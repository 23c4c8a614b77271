// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;

/**
 * What came of one recipient, with as much as a report needs that is written after a restart. Immutable. Texts are cut off after
 * 4,096 characters.
 */
public final class JournalEntry {
    /** What came of the recipient. */
    public enum Outcome {
        /** The server has it: it must not be sent again. */
        DELIVERED(1),
        /** Refused for good. */
        FAILED(2),
        /** Not now: to be tried again. */
        DEFERRED(3),
        /** Lost the connection after the end of the content: to be tried again, although the server may have it. */
        AMBIGUOUS(4);

        private final int number;

        Outcome(int number) {
            this.number = number;
        }

        /** The number that stands for it in files; never given to another. */
        int number() {
            return number;
        }

        static Outcome of(int number) {
            return Arrays.stream(values()).filter(outcome -> outcome.number == number).findAny()
                .orElseThrow(() -> new IllegalArgumentException("an outcome of number " + number));
        }
    }

    private final String recipient;
    private final Outcome outcome;
    private final Instant time;
    private final String host;
    private final int code;
    private final String status;
    private final String text;

    private JournalEntry(String recipient, Outcome outcome, Instant time, String host, int code, String status, String text) {
        this.recipient = Texts.key("recipient", recipient);
        this.outcome = Objects.requireNonNull(outcome, "outcome");
        this.time = Objects.requireNonNull(time, "time");
        this.host = Texts.text(host);
        this.code = code;
        this.status = Texts.text(status);
        this.text = Texts.text(text);
    }

    /**
     * An outcome without a server's words; {@link #from} and {@link #reply} add them.
     *
     * @param time when it was known; kept to the millisecond
     * @throws IllegalArgumentException if the recipient is longer than 16,384 characters
     */
    public static JournalEntry of(String recipient, Outcome outcome, Instant time) {
        return new JournalEntry(recipient, outcome, Instant.ofEpochMilli(time.toEpochMilli()), "", 0, "", "");
    }

    /** The same outcome, with the host that it came from. */
    public JournalEntry from(String newHost) {
        return new JournalEntry(recipient, outcome, time, newHost, code, status, text);
    }

    /**
     * The same outcome, with its explanation.
     *
     * @param newCode the reply code (RFC 5321 4.2), 0 where no server replied
     * @param newStatus the enhanced status code (RFC 3463), empty where there is none
     * @param newText the reply or what happened instead
     */
    public JournalEntry reply(int newCode, String newStatus, String newText) {
        return new JournalEntry(recipient, outcome, time, host, newCode, newStatus, newText);
    }

    /** What is kept of a delivered recipient when its item is done. */
    JournalEntry withoutWords() {
        return host.isEmpty() && code == 0 && status.isEmpty() && text.isEmpty() ? this : of(recipient, outcome, time);
    }

    /** About how many octets the entry takes in a file. */
    int size() {
        return 40 + recipient.length() + host.length() + status.length() + text.length();
    }

    /** The recipient, as it was recorded. */
    public String recipient() {
        return recipient;
    }

    /** What came of it. */
    public Outcome outcome() {
        return outcome;
    }

    /** When. */
    public Instant time() {
        return time;
    }

    /** The host that the outcome came from; empty where there was none, and for what is remembered of an item that is done. */
    public String host() {
        return host;
    }

    /** The reply code; 0 where there is none. */
    public int code() {
        return code;
    }

    /** The enhanced status code; empty where there is none. */
    public String status() {
        return status;
    }

    /** What the server said, or what happened instead; may be empty. */
    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof JournalEntry)) {
            return false;
        }
        JournalEntry that = (JournalEntry) other;
        return recipient.equals(that.recipient) && outcome == that.outcome && time.equals(that.time) && host.equals(that.host)
            && code == that.code && status.equals(that.status) && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(recipient, outcome, time);
    }

    @Override
    public String toString() {
        return recipient + " " + outcome + " at " + time + " by " + host + ": " + code + " " + status + " " + text;
    }
}
