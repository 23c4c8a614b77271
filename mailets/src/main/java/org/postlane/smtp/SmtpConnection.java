// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An open session with a server: greeted, EHLO or LHLO said, TLS and AUTH done once. It carries any number of transactions.
 *
 * <p>Safe to call from any thread; what is called while something else is under way waits for its turn. A transaction need not
 * wait for the outcome of the one before: up to {@link SessionSettings#transactionsInFlight()} of them overlap, where the
 * server allows it and has shown on this connection that its answers can be told apart. Each has its own outcome. Results
 * arrive on the connection's own thread, which must not be blocked.
 */
public final class SmtpConnection {
    private final Link link;
    private final boolean encrypted;
    private final boolean authenticated;
    private final Turns turns = new Turns(this::turnsChanged);
    private final Transactions transactions;

    /** Touched on the event loop only. */
    private boolean aborted;
    private volatile Capabilities capabilities;
    private volatile boolean idle = true;
    private volatile boolean givenWay;

    SmtpConnection(Link link, Capabilities capabilities, boolean encrypted, boolean authenticated) {
        this.link = link;
        this.capabilities = capabilities;
        this.encrypted = encrypted;
        this.authenticated = authenticated;
        this.transactions = new Transactions(link, turns, encrypted, () -> this.capabilities, () -> givenWay || aborted);
    }

    /**
     * Sends one mail to the recipients of an envelope, which should be no more than {@link #recipientsPerTransaction()}: what is
     * too much for the server it refuses, or leaves for the next transaction.
     *
     * @return an outcome for each recipient. It fails with {@link StaleConnectionException} where a used connection turned out
     *     to be dead, with {@link ExtensionNotOfferedException} where the server lacks what the mail needs, or with another
     *     {@link SmtpException} when the session broke before the server had answered MAIL; nothing was delivered in any of
     *     these cases
     */
    public CompletableFuture<TransactionResult> send(Envelope envelope, Content content) {
        return send(envelope, content, () -> { });
    }

    /**
     * As above, and tells when the next one may be sent without waiting for this one's outcome.
     *
     * @param mayFollow run once at most, before the outcome and on the connection's own thread, which it must not block: when all
     *     of this mail is on its way, and what is sent next will overlap with it, up to {@link #transactionsAtOnce()}
     */
    public CompletableFuture<TransactionResult> send(Envelope envelope, Content content, Runnable mayFollow) {
        return link.fromEventLoop(() -> transactions.send(envelope, content, mayFollow));
    }

    /**
     * Makes the connection ready for the next mail. With PIPELINING the RSET is put in front of the next MAIL, where it costs
     * no round trip; without, it is sent now.
     *
     * @return whether the connection may be used again
     */
    public CompletableFuture<Boolean> reset() {
        return inTurn(() -> {
            if (!link.dialogue().isInSync()) {
                return CompletableFuture.completedFuture(false);
            }
            if (!transactions.needReset() || capabilities.offers("PIPELINING")) {
                return CompletableFuture.completedFuture(true);
            }
            return link.say("RSET").handle((answer, lost) -> {
                if (answer != null && answer.isPositive()) {
                    transactions.areReset();
                }
                return !transactions.needReset();
            });
        });
    }

    /** Says RSET now (RFC 5321 4.1.1.5), whether it is needed or not. Fails with {@link SmtpException} without an answer. */
    public CompletableFuture<Reply> rset() {
        return say("RSET", reply -> {
            if (reply.isPositive()) {
                transactions.areReset();
            }
            return CompletableFuture.completedFuture(reply);
        });
    }

    /** Says NOOP (RFC 5321 4.1.1.9). Fails with {@link SmtpException} without an answer. */
    public CompletableFuture<Reply> noop() {
        return say("NOOP");
    }

    /** Asks whether a user or mailbox is known (RFC 5321 4.1.1.6); 252 is neither yes nor no. Fails as {@link #noop()}. */
    public CompletableFuture<Reply> vrfy(SessionArgument user) {
        return say("VRFY " + user);
    }

    /** Asks for the members of a mailing list (RFC 5321 4.1.1.7). Fails as {@link #noop()}. */
    public CompletableFuture<Reply> expn(SessionArgument list) {
        return say("EXPN " + list);
    }

    /** Asks for help (RFC 5321 4.1.1.8), on a command or in general. Fails as {@link #noop()}. */
    public CompletableFuture<Reply> help(Optional<SessionArgument> about) {
        return say("HELP" + about.map(topic -> " " + topic).orElse(""));
    }

    /**
     * Says EHLO or LHLO again: what the server offers is learnt anew, and an open transaction ends (RFC 5321 4.1.4). Fails with
     * {@link SmtpException} without a positive answer; what was known stays.
     */
    public CompletableFuture<Capabilities> rehlo() {
        return say(settings().protocol().hello() + " " + settings().ehloName(), reply -> {
            if (!reply.isPositive()) {
                return CompletableFuture.failedFuture(SmtpException.host("The greeting was refused", reply));
            }
            transactions.areReset();
            capabilities = Capabilities.of(reply).without(settings().ignoredExtensions());
            return CompletableFuture.completedFuture(capabilities);
        });
    }

    private CompletableFuture<Reply> say(String command) {
        return say(command, CompletableFuture::completedFuture);
    }

    private <T> CompletableFuture<T> say(String command, Function<Reply, CompletableFuture<T>> answered) {
        return inTurn(() -> link.dialogue().isInSync()
            ? Futures.recover(link.say(command), lost -> CompletableFuture.failedFuture(SmtpException.lost(lost)))
                .thenCompose(answered)
            : transactions.notInSync());
    }

    /**
     * Says QUIT and closes, waiting for the answer as long as {@link SmtpTimeouts#quit()} (RFC 5321 4.1.1.10). Never fails.
     */
    public CompletableFuture<Void> quit() {
        CompletableFuture<Void> said = inTurn(() -> {
            Dialogue dialogue = link.dialogue();
            if (!dialogue.isInSync()) {
                dialogue.abort(new IOException("Closed"));
                return dialogue.closed();
            }
            CompletableFuture<Reply> reply = dialogue.ask("QUIT", link.timeouts().quit());
            return reply.handle((answer, lost) -> {
                dialogue.abort(new IOException("Closed by QUIT"));
                return null;
            }).thenCompose(nothing -> dialogue.closed());
        });
        // A client that is closed has closed its connections: that is all that was wanted.
        return Futures.recover(said, clientIsClosed -> CompletableFuture.completedFuture(null));
    }

    /** Closes at once and without a word. What is under way fails, or is ambiguous behind the end of its content. */
    public void abort() {
        CompletableFuture<Void> unused = link.fromEventLoop(() -> {
            aborted = true;
            link.dialogue().abort(new IOException("Closed by this client"));
            return CompletableFuture.completedFuture(null);
        });
    }

    /**
     * For how long the server has answered nothing and taken nothing, in nanoseconds; negative once the last piece of a message
     * has left, for then only the server knows whether it has it. Between transactions it means nothing.
     */
    public long nanosStalled() {
        return link.dialogue().headway().isOutcomeUnknown() ? -1 : link.dialogue().headway().standstill().toNanos();
    }

    /**
     * Closes as {@link #abort()} does, but only where nothing has gone on for so long and the last piece of the message has not
     * left: what is under way fails, and nothing is ambiguous.
     */
    public void giveWay(Duration stalledFor) {
        CompletableFuture<Void> unused = link.fromEventLoop(() -> {
            if (nanosStalled() >= stalledFor.toNanos()) {
                givenWay = true;
                link.dialogue().abort(new IOException("The server did nothing for " + stalledFor.toSeconds()
                    + " s, and others waited for the place"));
            }
            return CompletableFuture.completedFuture(null);
        });
    }

    /** Whether it was closed by {@link #giveWay}. */
    public boolean hasGivenWay() {
        return givenWay;
    }

    /**
     * Whether the connection is provably in sync: open, nothing under way, nothing unread, no 421. Between the answer and the
     * next command it can still die; {@link StaleConnectionException} says so then.
     */
    public boolean isUsable() {
        return idle && link.dialogue().isIntact();
    }

    /**
     * How many transactions may be without an outcome at once: {@link SessionSettings#transactionsInFlight()}, or one where the
     * server does not offer PIPELINING, and where the connection is not in good order any more.
     */
    public int transactionsAtOnce() {
        return isIntact() && capabilities.offers("PIPELINING") ? settings().transactionsInFlight() : 1;
    }

    /** Whether the connection is open and nothing has gone wrong on it; something may be under way. */
    public boolean isIntact() {
        return link.dialogue().isIntact();
    }

    /** Whether it broke in a way that a connection with one transaction at a time would not have, as far as can be told. */
    public boolean isBrokenByOverlap() {
        return transactions.brokeByOverlap();
    }

    /** Whether the server has said 421: it is closing the connection, or has closed it. */
    public boolean isShuttingDown() {
        return link.dialogue().isShuttingDown();
    }

    /** Whether the server ended the connection without a word: no 421, and nothing that this side had done to it. */
    public boolean isHungUp() {
        return link.dialogue().isHungUp();
    }

    /** Whether the connection was given up because the server said something unasked, or something that is no answer. */
    public boolean isOutOfStep() {
        return link.dialogue().isOutOfStep();
    }

    /** Completes when the connection is closed, by whomever. */
    public CompletableFuture<Void> closed() {
        return link.dialogue().closed().copy();
    }

    /** What the server offered last, without what the settings ignore. */
    public Capabilities capabilities() {
        return capabilities;
    }

    /** The most recipients that one transaction should have: what the server announced (RFC 9422), or 100 (RFC 5321). */
    public int recipientsPerTransaction() {
        long announced = capabilities.limit("RCPTMAX").orElse(SmtpLimits.RECIPIENTS_PER_TRANSACTION);
        return (int) Math.min(announced, SmtpLimits.MOST_RECIPIENTS_PER_TRANSACTION);
    }

    /** The most recipient domains that one transaction may have: what the server announced (RFC 9422 5.3), or any number. */
    public int domainsPerTransaction() {
        return (int) Math.min(Integer.MAX_VALUE, capabilities.limit("RCPTDOMAINMAX").orElse(Integer.MAX_VALUE));
    }

    /** Whether the session runs over TLS. */
    public boolean isEncrypted() {
        return encrypted;
    }

    /** Whether the server has accepted credentials. */
    public boolean isAuthenticated() {
        return authenticated;
    }

    /** What the session was opened with. */
    public SessionSettings settings() {
        return link.settings();
    }

    private void turnsChanged() {
        idle = turns.underWay() == 0 && link.dialogue().isInSync();
    }

    private <T> CompletableFuture<T> inTurn(Supplier<CompletableFuture<T>> operation) {
        return link.fromEventLoop(() -> turns.take(operation));
    }

    @Override
    public String toString() {
        return link.settings().toString();
    }
}
