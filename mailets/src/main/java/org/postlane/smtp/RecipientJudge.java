// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Keeps the outcome of each recipient while a transaction goes on. For one transaction and one thread. */
final class RecipientJudge {
    private static final int INSUFFICIENT_STORAGE = 452;
    private static final int EXCEEDED_STORAGE = 552;

    private final RecipientResult[] results;
    private final boolean[] accepted;
    private final boolean[] unanswered;
    private final boolean dsnOffered;
    private Reply violation;

    /**
     * Nobody has an outcome yet.
     *
     * @param dsnOffered whether the server heard what the sender wishes to be told (RFC 3461)
     */
    RecipientJudge(int recipients, boolean dsnOffered) {
        this.dsnOffered = dsnOffered;
        this.results = new RecipientResult[recipients];
        this.accepted = new boolean[recipients];
        this.unanswered = new boolean[recipients];
    }

    /** Judges the answers to RCPT, in order. */
    void judge(List<CompletableFuture<Reply>> replies) {
        for (int i = 0; i < replies.size(); i++) {
            unanswered[i] = replies.get(i).isCompletedExceptionally();
            if (!unanswered[i]) {
                judge(i, replies.get(i).join());
            }
        }
    }

    private void judge(int index, Reply reply) {
        if (reply.isPositive()) {
            accepted[index] = true;
        } else if (reply.isIntermediate()) {
            violation = reply;
        } else if (isAnyAccepted() && meansTooMany(reply)) {
            results[index] = RecipientResult.nextTransaction(reply);
        } else {
            results[index] = RecipientResult.of(Failure.refused(Fault.RECIPIENT, reply));
        }
    }

    /** RFC 5321 4.5.3.1.10: 452, from old servers 552, once some were accepted; x.5.3 says it outright, x.2.2 denies it. */
    private static boolean meansTooMany(Reply reply) {
        Optional<EnhancedCode> enhanced = reply.enhancedCode();
        return enhanced.map(code -> code.isAbout("5.3"))
            .orElse(reply.code() == INSUFFICIENT_STORAGE || reply.code() == EXCEEDED_STORAGE);
    }

    boolean sawViolation() {
        return violation != null;
    }

    Reply violation() {
        return violation;
    }

    boolean isAnyAccepted() {
        for (boolean one : accepted) {
            if (one) {
                return true;
            }
        }
        return false;
    }

    /** Whether the session ended before every recipient was answered. */
    boolean isAnyUnanswered() {
        for (boolean one : unanswered) {
            if (one) {
                return true;
            }
        }
        return false;
    }

    /**
     * The last of several commands that went out together got no answer in time. Perhaps one before it got none, and each
     * refusal belongs to somebody else: then none of them is for good.
     */
    void distrustAfter(Throwable lost) {
        if (lost instanceof ReplyTimeoutException) {
            distrust(Failure.Persistence.TEMPORARY, lost.getMessage());
        }
    }

    /** No refusal is for good, for it may belong to somebody else. */
    void distrust(Failure.Persistence instead, String why) {
        for (int i = 0; i < results.length; i++) {
            if (results[i] != null && results[i].status() == RecipientResult.Status.FAILED) {
                results[i] = RecipientResult.of(
                    Failure.without(Fault.SESSION, instead, why + ", behind " + results[i].explanation()));
            }
        }
    }

    void refuseAll(Fault fault, Reply reply) {
        Arrays.fill(results, RecipientResult.of(Failure.refused(fault, reply)));
    }

    void failAll(Fault fault, String why) {
        Arrays.fill(results, RecipientResult.failed(fault, why));
    }

    /** One reply to the content for all who were accepted. */
    void settleAccepted(Fault fault, Reply reply) {
        for (int i = 0; i < results.length; i++) {
            if (accepted[i] && results[i] == null) {
                results[i] = outcome(fault, reply);
            }
        }
    }

    /** A reply to the content for the next of those who were accepted (RFC 2033 4.2). */
    void settleNext(Reply reply) {
        for (int i = 0; i < results.length; i++) {
            if (accepted[i] && results[i] == null) {
                results[i] = outcome(Fault.RECIPIENT, reply);
                return;
            }
        }
    }

    private RecipientResult outcome(Fault fault, Reply reply) {
        return reply.isPositive() ? RecipientResult.delivered(reply, dsnOffered)
            : RecipientResult.of(Failure.refused(fault, reply));
    }

    /**
     * The connection is gone. Once the end of the content has left, nobody knows about those who were not refused; before it,
     * nobody was delivered.
     */
    void lost(boolean lastPieceLeft, Throwable why) {
        Failure failure = lastPieceLeft ? Failure.ambiguous(why) : Failure.lost(why);
        for (int i = 0; i < results.length; i++) {
            if (results[i] == null && (accepted[i] || unanswered[i])) {
                results[i] = RecipientResult.of(failure);
            }
        }
    }

    /** Those that have no outcome yet, accepted or never asked about. */
    void settleOpen(Failure why) {
        for (int i = 0; i < results.length; i++) {
            if (results[i] == null) {
                results[i] = RecipientResult.of(why);
            }
        }
    }

    TransactionResult result() {
        settleOpen(Failure.without(Fault.SESSION, Failure.Persistence.TEMPORARY,
            "The session ended before this recipient was answered"));
        return new TransactionResult(Arrays.asList(results));
    }
}
