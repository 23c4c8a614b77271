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
        /** The server may or may not have it: the end of its content left and no answer that fits came (RFC 1047). */
        AMBIGUOUS,
        /** More recipients than the server takes in one transaction: it goes into the next one, and counts as not tried. */
        NEXT_TRANSACTION
    }

    private final Status status;
    private final Reply reply;
    private final Failure failure;
    private final boolean reportsPassedOn;

    private RecipientResult(Status status, Reply reply, Failure failure, boolean reportsPassedOn) {
        this.status = status;
        this.reply = reply;
        this.failure = failure;
        this.reportsPassedOn = reportsPassedOn;
    }

    static RecipientResult delivered(Reply reply, boolean dsnOffered) {
        return new RecipientResult(Status.DELIVERED, reply, null, dsnOffered);
    }

    static RecipientResult nextTransaction(Reply reply) {
        return new RecipientResult(Status.NEXT_TRANSACTION, reply, Failure.refused(Fault.RECIPIENT, reply), false);
    }

    /** The outcome that a failure means. */
    public static RecipientResult of(Failure failure) {
        return new RecipientResult(statusOf(failure.persistence()), failure.reply().orElse(null), failure, false);
    }

    private static Status statusOf(Failure.Persistence persistence) {
        switch (persistence) {
            case PERMANENT:
                return Status.FAILED;
            case TEMPORARY:
                return Status.DEFERRED;
            default:
                return Status.AMBIGUOUS;
        }
    }

    /**
     * What a server once answered about a recipient, as somebody wrote it down: delivered for a positive reply. Whether it
     * reports itself was not written down; it is taken to.
     */
    public static RecipientResult recorded(Fault fault, Reply reply) {
        return reply.isPositive() ? delivered(reply, true) : of(Failure.refused(fault, reply));
    }

    /** Failed by our own judgement; the explanation begins with an enhanced code (RFC 3463). */
    public static RecipientResult failed(Fault fault, String explanation) {
        return of(Failure.without(fault, Failure.Persistence.PERMANENT, explanation));
    }

    /** Deferred by our own judgement or for what happened instead of a reply. */
    public static RecipientResult deferred(Fault fault, String explanation) {
        return of(Failure.without(fault, Failure.Persistence.TEMPORARY, explanation));
    }

    /** Deferred because a session did not come about or broke, whatever that failure says of itself. */
    public static RecipientResult deferred(Failure failure) {
        return of(failure.asTemporary());
    }

    /** The same, with no more than so many characters of what the server said: where there are very many of them to be kept. */
    public RecipientResult shortened(int most) {
        return new RecipientResult(status, reply == null ? null : reply.shortened(most),
            failure == null ? null : failure.shortened(most), reportsPassedOn);
    }

    /** The outcome. */
    public Status status() {
        return status;
    }

    /**
     * Whether the server that took it also took over the sender's wishes for reports: it offered DSN (RFC 3461 5.2.1). Otherwise
     * a sender who asked to be told of success has to be told by us (5.2.2).
     */
    public boolean areReportsPassedOn() {
        return reportsPassedOn;
    }

    /** What went wrong; empty for {@link Status#DELIVERED}. */
    public Optional<Failure> failure() {
        return Optional.ofNullable(failure);
    }

    /** What the server said about it; empty where the server said nothing. */
    public Optional<Reply> reply() {
        return Optional.ofNullable(reply);
    }

    /** The reply, or what happened instead of one; one line. */
    public String explanation() {
        return failure == null ? reply.toString() : failure.explanation();
    }

    @Override
    public String toString() {
        return status + ": " + explanation();
    }
}
