// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The transactions of one connection: when the next one may begin, whether RSET comes before it, and what those that overlap
 * show about the server.
 *
 * <p>Used on the connection's event loop.
 */
final class Transactions {
    private final Link link;
    private final Turns turns;
    private final boolean encrypted;
    private final Supplier<Capabilities> capabilities;
    private final BooleanSupplier cutOffHere;
    private final ReplyShapes shapes = new ReplyShapes();
    private final Overlap overlap = new Overlap();
    private Transaction last;
    private boolean resetPending;
    private int begun;

    /**
     * None so far.
     *
     * @param capabilities what the server offers now
     * @param cutOffHere whether this side has ended the connection
     */
    Transactions(Link link, Turns turns, boolean encrypted, Supplier<Capabilities> capabilities, BooleanSupplier cutOffHere) {
        this.link = link;
        this.turns = turns;
        this.encrypted = encrypted;
        this.capabilities = capabilities;
        this.cutOffHere = cutOffHere;
    }

    /** As {@link SmtpConnection#send(Envelope, Content, Runnable)}. */
    CompletableFuture<TransactionResult> send(Envelope envelope, Content content, Runnable mayFollow) {
        return turns.take(this::mayOverlap, () -> {
            Capabilities offered = capabilities.get();
            boolean behind = turns.underWay() > 1;
            if (behind ? !link.dialogue().isIntact() : !link.dialogue().isInSync()) {
                return notInSync();
            }
            Optional<MissingExtension> missing = MissingExtension.of(content, offered)
                .or(() -> envelope.missingFrom(offered, encrypted && link.settings().tls().isVerified()));
            if (missing.isPresent()) {
                return CompletableFuture.failedFuture(new ExtensionNotOfferedException(missing.get()));
            }
            if (content.size() > offered.maxSize().orElse(Long.MAX_VALUE)) {
                RecipientJudge judge = new RecipientJudge(envelope.recipients().size(), offered.offers(Envelope.DSN));
                judge.failAll(Fault.MESSAGE, "5.3.4 The message has " + content.size() + " octets; the server takes at most "
                    + offered.maxSize().getAsLong());
                return CompletableFuture.completedFuture(judge.result());
            }
            return begin(new Transaction(link, offered, shapes, envelope, content), behind, mayFollow);
        });
    }

    private CompletableFuture<TransactionResult> begin(Transaction transaction, boolean behind, Runnable mayFollow) {
        boolean resetFirst = behind ? last.needsResetBehind() : resetPending;
        if (behind) {
            transaction.follow(last);
        } else {
            link.dialogue().headway().outcomesAreKnown();
        }
        link.dialogue().headway().progressed();
        boolean reused = begun > 0;
        last = transaction;
        begun++;
        resetPending = true;
        CompletableFuture<TransactionResult> outcome = transaction.run(reused, resetFirst);
        CompletableFuture<Void> unused = transaction.afterContent().thenRunAsync(() -> {
            turns.advance();
            if (transaction == last && !outcome.isDone() && transaction.mayBeFollowed()) {
                mayFollow.run();
            }
        }, link.channel().eventLoop());
        return outcome.whenComplete((result, failure) -> {
            overlap.ended(transaction, link.dialogue(), cutOffHere.getAsBoolean());
            if (transaction != last && transaction.isLastPieceLeft()) {
                // Another goes on behind it, which may stall by itself; behind the last one nothing does that could give way.
                link.dialogue().headway().outcomeIsKnown();
            }
            transaction.leave();
        });
    }

    private boolean mayOverlap() {
        return turns.underWay() < link.settings().transactionsInFlight() && last != null && last.mayBeFollowed();
    }

    /** What cannot begin because the connection is not in order: it ends. */
    <T> CompletableFuture<T> notInSync() {
        IOException why = new IOException("The connection is closed, or the server said something unasked");
        link.dialogue().abort(why);
        return CompletableFuture.failedFuture(begun > 0
            ? new StaleConnectionException("The connection died in reserve", false, why)
            : SmtpException.session(why.getMessage(), why));
    }

    /** Whether RSET has to come before the next transaction. */
    boolean needReset() {
        return resetPending;
    }

    /** The server is ready for the next transaction. */
    void areReset() {
        resetPending = false;
    }

    /** Whether the connection broke because transactions overlapped. Any thread may ask. */
    boolean brokeByOverlap() {
        return overlap.isToBlame();
    }
}
