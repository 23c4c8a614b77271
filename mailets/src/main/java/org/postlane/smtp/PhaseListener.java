// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/**
 * Hears what the time of a session goes into. Called on the threads of connections: it must not block, and must not fail. Where
 * commands and content travel ahead of their answers, phases of one transaction overlap. Safe for use by several threads.
 */
public interface PhaseListener {
    /** What time is spent on. */
    enum Phase {
        /** From the SYN until there is a TCP connection, or none. */
        CONNECT,
        /** From there, through greeting, EHLO, TLS and AUTH, until the session is open or has failed. */
        OPENING,
        /** From MAIL to the answer to the last RCPT, and to DATA where that went out with them. */
        ENVELOPE,
        /** From the first read of the content until its last octet has left. */
        CONTENT,
        /** From there to the last answer to it. */
        FINAL_REPLY
    }

    /** A phase that has begun. */
    @FunctionalInterface
    interface Span {
        /** It is over. Called once at most; never for a phase of a transaction that is cut off. */
        void end();
    }

    /** Hears nothing. */
    PhaseListener NONE = phase -> () -> { };

    /** A phase begins. */
    Span begin(Phase phase);
}
