// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What went wrong, in the one form in which recipients ({@link RecipientResult}) and sessions ({@link SmtpException}) tell it:
 * whose fault it is, whether trying again makes sense, and what the server said. Immutable.
 */
public final class Failure {
    /** Whether trying again makes sense. */
    public enum Persistence {
        /** The same again will fail again. */
        PERMANENT,
        /** It may work later, or with another host. */
        TEMPORARY,
        /** It may have worked: nobody knows (RFC 1047). */
        AMBIGUOUS
    }

    private final Fault fault;
    private final Persistence persistence;
    private final Reply reply;
    private final String explanation;

    private Failure(Fault fault, Persistence persistence, Reply reply, String explanation) {
        this.fault = fault;
        this.persistence = persistence;
        this.reply = reply;
        this.explanation = explanation;
    }

    /** A refusal by the server. A 421 is the host's fault whatever it answers (RFC 5321 3.8). */
    static Failure refused(Fault fault, Reply reply) {
        return refused(fault, "", reply);
    }

    /** As above, with what was refused. */
    static Failure refused(Fault fault, String what, Reply reply) {
        return new Failure(reply.code() == Reply.CLOSING ? Fault.HOST : fault,
            reply.isPermanent() ? Persistence.PERMANENT : Persistence.TEMPORARY, reply,
            what.isEmpty() ? reply.toString() : what + ": " + reply);
    }

    /** Our own judgement, or what happened instead of a reply. */
    static Failure without(Fault fault, Persistence persistence, String explanation) {
        return new Failure(fault, persistence, null, explanation);
    }

    /** The same, with no more than so many characters of what the server said. */
    Failure shortened(int most) {
        return new Failure(fault, persistence, reply == null ? null : reply.shortened(most),
            explanation.length() <= most ? explanation : explanation.substring(0, most));
    }

    /** The same, to be tried again whatever it says of itself. */
    Failure asTemporary() {
        return new Failure(fault, Persistence.TEMPORARY, reply, explanation);
    }

    /** What it means for a session, or for who waits on it, that this happened instead of a reply. */
    static Failure lost(Throwable cause) {
        Fault fault = cause instanceof ReplyTimeoutException ? Fault.HOST
            : cause instanceof UnreadableContentException ? Fault.MESSAGE : Fault.SESSION;
        return without(fault, Persistence.TEMPORARY, String.valueOf(cause.getMessage()));
    }

    /** As {@link #lost}, where the content had left: it may have arrived. */
    static Failure ambiguous(Throwable cause) {
        return without(lost(cause).fault(), Persistence.AMBIGUOUS, String.valueOf(cause.getMessage()));
    }

    /** Whose fault it is. */
    public Fault fault() {
        return fault;
    }

    /** Whether trying again makes sense. */
    public Persistence persistence() {
        return persistence;
    }

    /** What the server said; empty where it said nothing, or nothing that this is about. */
    public Optional<Reply> reply() {
        return Optional.ofNullable(reply);
    }

    /** The server's code; empty where it said nothing. */
    public OptionalInt code() {
        return reply == null ? OptionalInt.empty() : OptionalInt.of(reply.code());
    }

    /** The enhanced code: the server's, or the one that our own judgement begins with (RFC 3463). */
    public Optional<EnhancedCode> enhancedCode() {
        return reply == null ? EnhancedCode.at(explanation) : reply.enhancedCode();
    }

    /** The reply, or what happened instead of one; one line. */
    public String explanation() {
        return explanation;
    }

    @Override
    public String toString() {
        return fault + ", " + persistence + ": " + explanation;
    }
}
