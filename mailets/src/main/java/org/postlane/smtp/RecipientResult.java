// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.Optional;

/** What became of one recipient in one transaction. Immutable. */
public final class RecipientResult {
    /** The kinds of outcome. */
    public enum Status {
        /** The server took responsibility for it. */
        DELIVERED,
        /** Refused for good. */
        FAILED,
        /** Refused for now, or not got as far: it may be tried again, with this host or another. */
        DEFERRED,
        /** The server may or may not have it: the connection broke between the final dot and its reply (RFC 1047). */
        AMBIGUOUS,
        /** More recipients than the server takes in one transaction: it goes into the next one, and counts as not tried. */
        NEXT_TRANSACTION
    }

    private final Status status;
    private final Fault fault;
    private final Reply reply;
    private final String explanation;

    private RecipientResult(Status status, Fault fault, Reply reply, String explanation) {
        this.status = status;
        this.fault = fault;
        this.reply = reply;
        this.explanation = explanation;
    }

    static RecipientResult delivered(Reply reply) {
        return new RecipientResult(Status.DELIVERED, null, reply, reply.toString());
    }

    static RecipientResult refused(Fault fault, Reply reply) {
        return new RecipientResult(reply.isPermanent() ? Status.FAILED : Status.DEFERRED, fault, reply, reply.toString());
    }

    static RecipientResult nextTransaction(Reply reply) {
        return new RecipientResult(Status.NEXT_TRANSACTION, Fault.RECIPIENT, reply, reply.toString());
    }

    /** Failed by our own judgement; the explanation begins with an enhanced code (RFC 3463). */
    public static RecipientResult failed(Fault fault, String explanation) {
        return new RecipientResult(Status.FAILED, fault, null, explanation);
    }

    /** Deferred by our own judgement or for what happened instead of a reply. */
    public static RecipientResult deferred(Fault fault, String explanation) {
        return new RecipientResult(Status.DEFERRED, fault, null, explanation);
    }

    static RecipientResult ambiguous(String explanation) {
        return new RecipientResult(Status.AMBIGUOUS, Fault.SESSION, null, explanation);
    }

    /** The outcome. */
    public Status status() {
        return status;
    }

    /** Whose fault it is; empty for {@link Status#DELIVERED}. */
    public Optional<Fault> fault() {
        return Optional.ofNullable(fault);
    }

    /** What the server said about it; empty where the server said nothing. */
    public Optional<Reply> reply() {
        return Optional.ofNullable(reply);
    }

    /** The reply, or what happened instead of one; one line. */
    public String explanation() {
        return explanation;
    }

    @Override
    public String toString() {
        return status + ": " + explanation;
    }
}
