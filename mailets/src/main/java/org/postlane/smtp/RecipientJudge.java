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
    private Reply violation;

    RecipientJudge(int recipients) {
        this.results = new RecipientResult[recipients];
        this.accepted = new boolean[recipients];
    }

    /** Judges the answers to RCPT, in order. */
    void judge(List<CompletableFuture<Reply>> replies) {
        for (int i = 0; i < replies.size(); i++) {
            CompletableFuture<Reply> reply = replies.get(i);
            if (reply.isCompletedExceptionally()) {
                results[i] = RecipientResult.deferred(Fault.SESSION, Transaction.causeOf(reply).getMessage());
            } else {
                judge(i, reply.join());
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
            results[index] = RecipientResult.refused(reply.code() == Reply.CLOSING ? Fault.HOST : Fault.RECIPIENT, reply);
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

    void refuseAll(Fault fault, Reply reply) {
        Arrays.fill(results, RecipientResult.refused(reply.code() == Reply.CLOSING ? Fault.HOST : fault, reply));
    }

    void failAll(Fault fault, String why) {
        Arrays.fill(results, RecipientResult.failed(fault, why));
    }

    void refuseAccepted(Fault fault, Reply reply) {
        settleAccepted(RecipientResult.refused(reply.code() == Reply.CLOSING ? Fault.HOST : fault, reply));
    }

    void deliver(Reply reply) {
        settleAccepted(RecipientResult.delivered(reply));
    }

    /** The connection is gone. Once the dot has left, nobody knows; before it, nobody was delivered. */
    void lost(boolean dotSent, String why) {
        settleAccepted(dotSent ? RecipientResult.ambiguous(why) : RecipientResult.deferred(Fault.SESSION, why));
    }

    /** Those that have no outcome yet, accepted or never asked about. */
    void deferOpen(Fault fault, String why) {
        for (int i = 0; i < results.length; i++) {
            if (results[i] == null) {
                results[i] = RecipientResult.deferred(fault, why);
            }
        }
    }

    private void settleAccepted(RecipientResult result) {
        for (int i = 0; i < results.length; i++) {
            if (accepted[i]) {
                results[i] = result;
            }
        }
    }

    TransactionResult result() {
        deferOpen(Fault.SESSION, "The session ended before this recipient was answered");
        return new TransactionResult(Arrays.asList(results));
    }
}
