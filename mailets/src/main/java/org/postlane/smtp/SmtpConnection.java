// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

import io.netty.channel.Channel;

/**
 * An open session with a server: greeted, EHLO said, TLS and AUTH done once. It carries any number of transactions, one
 * after the other.
 *
 * <p>Safe to call from any thread; what is called while something else is under way waits for its turn. Results arrive on
 * the connection's own thread, which must not be blocked.
 */
public final class SmtpConnection {
    private final Channel channel;
    private final Dialogue dialogue;
    private final Executor reader;
    private final SessionSettings settings;
    private final Capabilities capabilities;
    private final boolean encrypted;

    // Touched on the event loop only.
    private CompletableFuture<?> underWay = CompletableFuture.completedFuture(null);
    private boolean resetPending;
    private int transactions;

    private volatile boolean idle = true;

    SmtpConnection(Channel channel, Dialogue dialogue, Executor reader, SessionSettings settings, Capabilities capabilities,
                   boolean encrypted) {
        this.channel = channel;
        this.dialogue = dialogue;
        this.reader = reader;
        this.settings = settings;
        this.capabilities = capabilities;
        this.encrypted = encrypted;
    }

    /**
     * Sends one mail to the recipients of an envelope, at most as many as the server takes in one transaction.
     *
     * @return an outcome for each recipient. It fails with {@link StaleConnectionException} where a used connection turned out
     *     to be dead, with {@link EightBitNotOfferedException}, or with another {@link SmtpException} when the session broke
     *     before the server had answered MAIL; nothing was delivered in any of these cases
     */
    public CompletableFuture<TransactionResult> send(Envelope envelope, Content content) {
        return inTurn(() -> {
            if (!dialogue.isInSync()) {
                return notInSync();
            }
            if (content.isEightBit() && !capabilities.offers("8BITMIME")) {
                return CompletableFuture.failedFuture(new EightBitNotOfferedException());
            }
            Optional<MissingExtension> missing = envelope.missingFrom(capabilities, encrypted);
            if (missing.isPresent()) {
                RecipientJudge judge = new RecipientJudge(envelope.recipients().size());
                judge.failAll(missing.get().fault(), missing.get().explanation());
                return CompletableFuture.completedFuture(judge.result());
            }
            if (content.size() > capabilities.maxSize().orElse(Long.MAX_VALUE)) {
                RecipientJudge judge = new RecipientJudge(envelope.recipients().size());
                judge.failAll(Fault.MESSAGE, "5.3.4 The message has " + content.size() + " octets; the server takes at most "
                    + capabilities.maxSize().getAsLong());
                return CompletableFuture.completedFuture(judge.result());
            }
            Transaction transaction = new Transaction(dialogue, channel, reader, settings.timeouts(), capabilities, envelope,
                content, transactions > 0, resetPending);
            transactions++;
            resetPending = true;
            return transaction.run();
        });
    }

    private <T> CompletableFuture<T> notInSync() {
        IOException why = new IOException("The connection is closed, or the server said something unasked");
        dialogue.abort(why);
        return CompletableFuture.failedFuture(transactions > 0
            ? new StaleConnectionException("The connection died in reserve", false, why)
            : SmtpException.session(why.getMessage(), why));
    }

    /**
     * Makes the connection ready for the next mail (RFC 5321 4.1.1.5). With PIPELINING the RSET is put in front of the next
     * MAIL, where it costs no round trip; without, it is sent now.
     *
     * @return whether the connection may be used again
     */
    public CompletableFuture<Boolean> reset() {
        return inTurn(() -> {
            if (!dialogue.isInSync()) {
                return CompletableFuture.completedFuture(false);
            }
            if (!resetPending || capabilities.offers("PIPELINING")) {
                return CompletableFuture.completedFuture(true);
            }
            CompletableFuture<Reply> reply = dialogue.ask("RSET", settings.timeouts().command());
            return reply.handle((answer, lost) -> {
                resetPending = answer == null || !answer.isPositive();
                return !resetPending;
            });
        });
    }

    /**
     * Says QUIT and closes, waiting for the answer as long as {@link SmtpTimeouts#quit()} (RFC 5321 4.1.1.10). Never fails.
     */
    public CompletableFuture<Void> quit() {
        CompletableFuture<Void> said = inTurn(() -> {
            if (!dialogue.isInSync()) {
                dialogue.abort(new IOException("Closed"));
                return dialogue.closed();
            }
            CompletableFuture<Reply> reply = dialogue.ask("QUIT", settings.timeouts().quit());
            return reply.handle((answer, lost) -> {
                dialogue.abort(new IOException("Closed by QUIT"));
                return null;
            }).thenCompose(nothing -> dialogue.closed());
        });
        // A client that is closed has closed its connections: that is all that was wanted.
        return Futures.recover(said, clientIsClosed -> CompletableFuture.completedFuture(null));
    }

    /** Closes at once and without a word. A transaction under way fails, or is ambiguous behind its final dot. */
    public void abort() {
        onEventLoop(new CompletableFuture<>(), () -> dialogue.abort(new IOException("Closed by this client")));
    }

    /**
     * Whether the connection is provably in sync: open, nothing under way, nothing unread, no 421. Between the answer and the
     * next command it can still die; {@link StaleConnectionException} says so then.
     */
    public boolean isUsable() {
        return idle && dialogue.isIntact();
    }

    /** Completes when the connection is closed, by whomever. */
    public CompletableFuture<Void> closed() {
        return dialogue.closed().copy();
    }

    /** What the server offered last. */
    public Capabilities capabilities() {
        return capabilities;
    }

    /** The most recipients that one transaction should have: what the server announced (RFC 9422), or 100 (RFC 5321). */
    public int recipientsPerTransaction() {
        long announced = capabilities.limit("RCPTMAX").orElse(SmtpLimits.RECIPIENTS_PER_TRANSACTION);
        return (int) Math.min(announced, SmtpLimits.MOST_RECIPIENTS_PER_TRANSACTION);
    }

    /** Whether the session runs over TLS. */
    public boolean isEncrypted() {
        return encrypted;
    }

    /** What the session was opened with. */
    public SessionSettings settings() {
        return settings;
    }

    private <T> CompletableFuture<T> inTurn(Supplier<CompletableFuture<T>> operation) {
        CompletableFuture<T> result = new CompletableFuture<>();
        onEventLoop(result, () -> {
            CompletableFuture<T> started = underWay.handle((value, failure) -> null).thenCompose(nothing -> {
                idle = false;
                return operation.get();
            });
            underWay = started.whenComplete((value, failure) -> {
                idle = dialogue.isInSync();
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(Futures.rootOf(failure));
                }
            });
        });
        return result;
    }

    private void onEventLoop(CompletableFuture<?> result, Runnable work) {
        try {
            channel.eventLoop().execute(work);
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(SmtpException.session("The client is closed", e));
        }
    }

    @Override
    public String toString() {
        return settings.toString();
    }
}
