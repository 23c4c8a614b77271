// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.postlane.outbound.mail.Passage;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.pool.DiscardReason;
import org.postlane.pool.Lease;
import org.postlane.pool.Pool;
import org.postlane.pool.PoolException;
import org.postlane.smtp.Capabilities;
import org.postlane.smtp.Content;
import org.postlane.smtp.ExtensionNotOfferedException;
import org.postlane.smtp.Fault;
import org.postlane.smtp.Futures;
import org.postlane.smtp.MissingExtension;
import org.postlane.smtp.PhaseListener;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpException;
import org.postlane.smtp.TransactionResult;

/**
 * One mail to one host: as many transactions over a pooled connection as its recipients need, and as many connections as
 * {@link SilentRetries} allow.
 */
final class HostAttempt {
    /** The content alone may take ten minutes: the wait for a connection gets five. */
    static final Duration ACQUIRE_WAIT = Duration.ofMinutes(5);

    private final Pool<ConnectionKey, PooledConnection> pool;
    private final BrokenExtensions broken;
    private final OutboundMetrics metrics;
    private final SessionSettings session;
    private final Deliverable mail;
    private final HostAnswers answers;
    private final CompletableFuture<RecipientResult[]> done = new CompletableFuture<>();
    private final HeldConnection held;
    private final SilentRetries retries;
    private boolean reached;

    HostAttempt(Pool<ConnectionKey, PooledConnection> pool, BrokenExtensions broken, OutboundMetrics metrics,
                SessionSettings session, Deliverable mail) {
        this.metrics = metrics;
        this.pool = pool;
        this.held = new HeldConnection(pool);
        this.broken = broken;
        this.retries = new SilentRetries(broken, session);
        this.session = session;
        this.mail = mail;
        this.answers = new HostAnswers(mail.recipients().size());
    }

    /** The connection that the result at this position came by; null where there was none. */
    Passage passage(int position) {
        return answers.passage(position);
    }

    /** Whether there was a connection. */
    boolean hasReached() {
        return reached;
    }

    /**
     * Tries the recipients at these positions.
     *
     * @return results by position, to be looked at where they were asked for. Fails only with a {@link PoolException} or, when it
     *     was given up, a {@link CancellationException}, and only when no recipient has an answer
     */
    CompletableFuture<RecipientResult[]> run(List<Integer> positions) {
        sendOver(pool.acquire(key(), ACQUIRE_WAIT), positions);
        return done;
    }

    /**
     * Ends it soon: by giving up the place in the line for a connection, or by cutting off the transaction, whose recipients are
     * then deferred, or ambiguous where the content had been sent.
     */
    void giveUp() {
        held.giveUp();
    }

    /** For how long the host has got nowhere, in nanoseconds; negative where giving way would be wrong. */
    long nanosStalled() {
        return held.nanosStalled();
    }

    /** Ends it soon, as if a time limit had passed, where it has still got nowhere for so long. Nothing is ambiguous then. */
    void giveWay(Duration stalledFor) {
        held.giveWay(stalledFor);
    }

    /** Whether it waited longer for a connection that others had than it then took. */
    boolean hasStoodInLine() {
        return held.hasStoodInLine();
    }

    /** Whether it has ended because others waited for its place. */
    boolean hasGivenWay() {
        return held.hasGivenWay();
    }

    /**
     * What comes after a step. Each step begins the next one and returns: futures chained to each other would be as deep as there
     * are transactions, and how many a mail needs the server decides.
     */
    private <T> void after(CompletableFuture<T> step, Consumer<T> next, Consumer<Throwable> failed) {
        CompletableFuture<T> unused = step.whenComplete((value, failure) -> {
            try {
                if (failure == null) {
                    next.accept(value);
                } else {
                    failed.accept(Futures.rootOf(failure));
                }
            } catch (RuntimeException | Error e) {
                // Whoever waits for the attempt would wait for ever, and the connection would never come back.
                if (held.isThere()) {
                    held.discard(DiscardReason.BROKEN);
                }
                finish(e);
            }
        });
    }

    private ConnectionKey key() {
        return new ConnectionKey(broken.leftAlone(session), mail.domains());
    }

    private void finish() {
        done.complete(answers.results());
    }

    /** Every failure that is not an answer ends here: to connect, to get a connection, to read the message. */
    private void finish(Throwable failure) {
        if (answers.isEmpty() && (failure instanceof PoolException || failure instanceof CancellationException)) {
            done.completeExceptionally(failure);
            return;
        }
        answers.setTheRest(failure instanceof SmtpException ? RecipientResult.deferred(((SmtpException) failure).failure())
            : RecipientResult.deferred(Fault.HOST, String.valueOf(failure.getMessage())));
        finish();
    }

    private void sendOver(CompletableFuture<Lease<PooledConnection>> connection, List<Integer> pending) {
        held.asked(connection);
        answers.come(null);
        PhaseListener.Span waiting = metrics.start(OutboundMetrics.Stage.CONNECTION);
        after(connection.whenComplete((acquired, failure) -> waiting.end()), acquired -> {
            held.came(acquired);
            reached = true;
            answers.come(new Passage(acquired.isReused(), held.get().connection().isEncrypted()));
            // A connection may be waited for for minutes.
            if (held.isGivenUp() || mail.isLost()) {
                held.giveBack();
                finish(new CancellationException("Given up before it began"));
            } else {
                send(pending);
            }
        }, failure -> {
            held.failedToCome(failure);
            finish(failure);
        });
    }

    private void send(List<Integer> pending) {
        held.ourTurn();
        after(mail.content(), content -> transact(pending, content), failure -> afterFailure(pending, failure));
    }

    private void transact(List<Integer> all, Content content) {
        if (mail.isLost() || !held.begin()) {
            held.giveBack();
            finish(new CancellationException("Given up before it began"));
            return;
        }
        held.stepMade();
        PooledConnection connection = held.get();
        List<Integer> pending = withoutThoseThatNeedMore(connection.connection().capabilities(), all);
        if (pending.isEmpty()) {
            afterTransaction(pending);
            return;
        }
        List<Integer> batch = mail.firstOf(pending, connection.connection().recipientsPerTransaction(),
            connection.connection().domainsPerTransaction());
        Runnable mayFollow = batch.size() == pending.size() ? held::letFollow : () -> { };
        after(connection.send(mail.envelopeFor(batch), content, mayFollow), result -> {
            boolean broughtDown = isBroughtDown(result);
            if (!broughtDown) {
                connection.answered();
            }
            transacted(connection, broughtDown);
            List<Integer> rest = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                RecipientResult one = result.recipients().get(i);
                if (one.status() == RecipientResult.Status.NEXT_TRANSACTION) {
                    rest.add(batch.get(i));
                } else {
                    answers.set(batch.get(i), one);
                }
            }
            rest.addAll(pending.subList(batch.size(), pending.size()));
            retries.gotSomewhere();
            afterTransaction(rest);
        }, failure -> {
            transacted(connection, false);
            afterFailure(pending, failure);
        });
    }

    /** Whether the connection's end, or the host's, may be what it came to for somebody. */
    private static boolean isBroughtDown(TransactionResult result) {
        return result.recipients().stream().flatMap(one -> one.failure().stream())
            .anyMatch(failure -> failure.fault() == Fault.SESSION || failure.fault() == Fault.HOST);
    }

    /** Takes note of what the transaction has shown about overlapping, and of who has to answer for the connection's end. */
    private void transacted(PooledConnection connection, boolean broughtDown) {
        if (connection.connection().isBrokenByOverlap()) {
            broken.rememberOverlap(session);
        }
        if (broughtDown && !connection.connection().isIntact() && !connection.takesBlame()) {
            answers.comeWithoutBlame();
        }
    }

    /** One recipient whom this server cannot be told of must not cost the others their mail. */
    private List<Integer> withoutThoseThatNeedMore(Capabilities capabilities, List<Integer> positions) {
        List<Integer> rest = new ArrayList<>();
        for (int position : positions) {
            Optional<MissingExtension> missing = mail.recipientAt(position).missingFrom(capabilities);
            if (missing.isPresent()) {
                answers.set(position, RecipientResult.failed(missing.get().fault(), missing.get().explanation()));
            } else {
                rest.add(position);
            }
        }
        return rest;
    }

    private void afterTransaction(List<Integer> rest) {
        if (rest.isEmpty()) {
            held.giveBack();
            finish();
        } else if (held.noticesGivenWay()) {
            held.discard(DiscardReason.BROKEN);
            finish(new IOException("4.4.2 The server took too long, and others waited for the place"));
        } else if (held.hasLetFollow()) {
            // It is somebody else's to send there now.
            held.giveBack();
            sendOver(pool.acquire(key(), ACQUIRE_WAIT), rest);
        } else if (held.get().isSpent()) {
            sendFresh(DiscardReason.PEER_LIMIT, rest);
        } else if (!held.get().isUsable()) {
            sendFresh(DiscardReason.BROKEN, rest);
        } else {
            after(held.get().reset(), ready -> {
                if (ready) {
                    send(rest);
                } else {
                    sendFresh(DiscardReason.RESET_REFUSED, rest);
                }
            }, failure -> sendFresh(DiscardReason.RESET_REFUSED, rest));
        }
    }

    private void sendFresh(DiscardReason reason, List<Integer> pending) {
        held.discard(reason);
        sendOver(pool.acquireFresh(key(), ACQUIRE_WAIT), pending);
    }

    private void afterFailure(List<Integer> pending, Throwable failure) {
        if (failure instanceof ExtensionNotOfferedException) {
            if (((ExtensionNotOfferedException) failure).missing().extension().equals("8BITMIME")) {
                sendConverted(pending, failure);
            } else {
                giveBackAndSettle(pending, RecipientResult.of(((SmtpException) failure).failure()));
            }
            return;
        }
        Optional<SilentRetries.Retry> retry = retries.after(failure, held);
        if (retry.isPresent() && retry.get().isFresh()) {
            sendFresh(retry.get().reason(), pending);
        } else if (retry.isPresent()) {
            held.discard(retry.get().reason());
            sendOver(pool.acquire(key(), ACQUIRE_WAIT), pending);
        } else if (failure instanceof UnreadableMessageException) {
            giveBackAndSettle(pending, RecipientResult.deferred(Fault.MESSAGE, failure.getMessage()));
        } else {
            transacted(held.get(), true);
            held.discard(DiscardReason.BROKEN);
            finish(failure);
        }
    }

    private void sendConverted(List<Integer> pending, Throwable failure) {
        held.ourTurn();
        after(mail.convertToSevenBit(), converted -> {
            if (converted) {
                send(pending);
            } else {
                giveBackAndSettle(pending, RecipientResult.failed(Fault.MESSAGE, failure.getMessage()));
            }
        }, unreadable -> afterFailure(pending, unreadable));
    }

    private void giveBackAndSettle(List<Integer> positions, RecipientResult result) {
        held.giveBack();
        answers.setThose(positions, result);
        finish();
    }
}
