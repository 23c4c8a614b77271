// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.postlane.pool.DiscardReason;
import org.postlane.pool.Lease;
import org.postlane.pool.Pool;
import org.postlane.pool.PoolException;
import org.postlane.smtp.Capabilities;
import org.postlane.smtp.Content;
import org.postlane.smtp.ExtensionBrokenException;
import org.postlane.smtp.ExtensionNotOfferedException;
import org.postlane.smtp.Fault;
import org.postlane.smtp.Futures;
import org.postlane.smtp.MissingExtension;
import org.postlane.smtp.PhaseListener;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpException;
import org.postlane.smtp.StaleConnectionException;

/**
 * One mail to one host: as many transactions over a pooled connection as its recipients need. A connection that died in
 * reserve, or that would not be reset, costs one silent retry on a new one.
 */
final class HostAttempt {
    /** The content alone may take ten minutes: the wait for a connection gets five. */
    static final Duration ACQUIRE_WAIT = Duration.ofMinutes(5);

    private final Pool<ConnectionKey, PooledConnection> pool;
    private final BrokenExtensions broken;
    private final OutboundMetrics metrics;
    private final SessionSettings session;
    private final Deliverable mail;
    private final RecipientResult[] results;
    private final Passage[] passages;
    private final CompletableFuture<RecipientResult[]> done = new CompletableFuture<>();
    /** Null while nothing was asked for. */
    private volatile CompletableFuture<Lease<PooledConnection>> asked;
    /** Null while there is none. */
    private volatile Lease<PooledConnection> lease;
    /** What is leased; null while there is none. */
    private volatile PooledConnection connection;
    /** When it last got a step further: where something new was begun. */
    private volatile long lastStep = System.nanoTime();
    private volatile boolean givenUp;
    private boolean reached;
    /** Of the connection used last; null before the first. */
    private Passage passage;
    private boolean retriedFresh;
    private boolean leftExtensionAlone;

    HostAttempt(Pool<ConnectionKey, PooledConnection> pool, BrokenExtensions broken, OutboundMetrics metrics,
                SessionSettings session, Deliverable mail) {
        this.metrics = metrics;
        this.pool = pool;
        this.broken = broken;
        this.session = session;
        this.mail = mail;
        this.results = new RecipientResult[mail.recipients().size()];
        this.passages = new Passage[results.length];
    }

    /** The connection that the result at this position came by; null where there was none. */
    Passage passage(int position) {
        return passages[position];
    }

    /** Whether there was a connection. */
    boolean hasReached() {
        return reached;
    }

    private void set(int position, RecipientResult result) {
        results[position] = result;
        passages[position] = passage;
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
        givenUp = true;
        CompletableFuture<Lease<PooledConnection>> waiting = asked;
        if (waiting != null) {
            waiting.cancel(false);
        }
        Lease<PooledConnection> held = lease;
        if (held != null) {
            held.resource().abort();
        }
    }

    /** For how long it has got nowhere, in nanoseconds; negative where giving it up would leave an outcome open. */
    long nanosStalled() {
        PooledConnection held = connection;
        long sinceStep = System.nanoTime() - lastStep;
        return held == null ? sinceStep : Math.min(sinceStep, held.connection().nanosStalled());
    }

    /** Ends it soon, as if a time limit had passed, where it has still got nowhere for so long. Nothing is ambiguous then. */
    void giveWay(Duration stalledFor) {
        PooledConnection held = connection;
        CompletableFuture<Lease<PooledConnection>> waiting = asked;
        if (held != null) {
            held.connection().giveWay(stalledFor);
        } else if (waiting != null && nanosStalled() >= stalledFor.toNanos()) {
            pool.cutShort(waiting, stalledFor);
        }
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
                if (lease != null) {
                    discard(DiscardReason.BROKEN);
                }
                finish(e);
            }
        });
    }

    private ConnectionKey key() {
        return new ConnectionKey(broken.leftAlone(session), mail.domains());
    }

    private void finish() {
        done.complete(results);
    }

    /** Every failure that is not an answer ends here: to connect, to get a connection, to read the message. */
    private void finish(Throwable failure) {
        boolean nothingAnswered = Arrays.stream(results).allMatch(Objects::isNull);
        if (nothingAnswered && (failure instanceof PoolException || failure instanceof CancellationException)) {
            done.completeExceptionally(failure);
            return;
        }
        for (int i = 0; i < results.length; i++) {
            if (results[i] == null) {
                set(i, deferred(failure));
            }
        }
        finish();
    }

    private void sendOver(CompletableFuture<Lease<PooledConnection>> connection, List<Integer> pending) {
        asked = connection;
        lastStep = System.nanoTime();
        passage = null;
        if (givenUp) {
            connection.cancel(false);
        }
        PhaseListener.Span waiting = metrics.start(OutboundMetrics.Stage.CONNECTION);
        after(connection.whenComplete((acquired, failure) -> waiting.end()), acquired -> {
            lease = acquired;
            lastStep = System.nanoTime();
            this.connection = acquired.resource();
            reached = true;
            passage = new Passage(acquired.isReused(), acquired.resource().connection().isEncrypted());
            if (givenUp) {
                giveBack();
                finish(new CancellationException("Given up before it began"));
            } else {
                send(pending);
            }
        }, this::finish);
    }

    private void send(List<Integer> pending) {
        after(mail.content(), content -> transact(pending, content), failure -> afterFailure(pending, failure));
    }

    private void transact(List<Integer> all, Content content) {
        lastStep = System.nanoTime();
        List<Integer> pending = withoutThoseThatNeedMore(connection.connection().capabilities(), all);
        if (pending.isEmpty()) {
            afterTransaction(pending);
            return;
        }
        List<Integer> batch = mail.firstOf(pending, connection.connection().recipientsPerTransaction(),
            connection.connection().domainsPerTransaction());
        after(connection.send(mail.envelopeFor(batch), content), result -> {
            List<Integer> rest = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                RecipientResult one = result.recipients().get(i);
                if (one.status() == RecipientResult.Status.NEXT_TRANSACTION) {
                    rest.add(batch.get(i));
                } else {
                    set(batch.get(i), one);
                }
            }
            rest.addAll(pending.subList(batch.size(), pending.size()));
            // It got somewhere, so the next transaction has a silent retry of its own: each one makes the rest smaller.
            retriedFresh = false;
            afterTransaction(rest);
        }, failure -> afterFailure(pending, failure));
    }

    /** One recipient whom this server cannot be told of must not cost the others their mail. */
    private List<Integer> withoutThoseThatNeedMore(Capabilities capabilities, List<Integer> positions) {
        List<Integer> rest = new ArrayList<>();
        for (int position : positions) {
            Optional<MissingExtension> missing = mail.recipientAt(position).missingFrom(capabilities);
            if (missing.isPresent()) {
                set(position, RecipientResult.failed(missing.get().fault(), missing.get().explanation()));
            } else {
                rest.add(position);
            }
        }
        return rest;
    }

    private void afterTransaction(List<Integer> rest) {
        if (rest.isEmpty()) {
            giveBack();
            finish();
        } else if (lease.resource().connection().hasGivenWay()) {
            discard(DiscardReason.BROKEN);
            finish(new IOException("4.4.2 The server took too long, and others waited for the place"));
        } else if (lease.resource().isSpent()) {
            sendFresh(DiscardReason.PEER_LIMIT, rest);
        } else if (!lease.resource().isUsable()) {
            sendFresh(DiscardReason.BROKEN, rest);
        } else {
            after(lease.resource().reset(), ready -> {
                if (ready) {
                    send(rest);
                } else {
                    sendFresh(DiscardReason.RESET_REFUSED, rest);
                }
            }, failure -> sendFresh(DiscardReason.RESET_REFUSED, rest));
        }
    }

    private void sendFresh(DiscardReason reason, List<Integer> pending) {
        discard(reason);
        sendOver(pool.acquireFresh(key(), ACQUIRE_WAIT), pending);
    }

    private void giveBack() {
        if (lease.resource().isUsable()) {
            connection = null;
            lease.release();
            lease = null;
        } else {
            discard(DiscardReason.BROKEN);
        }
    }

    private void discard(DiscardReason reason) {
        connection = null;
        lease.discard(reason);
        lease = null;
    }

    private void afterFailure(List<Integer> pending, Throwable failure) {
        if (failure instanceof ExtensionNotOfferedException) {
            if (((ExtensionNotOfferedException) failure).missing().extension().equals("8BITMIME")) {
                sendConverted(pending, failure);
            } else {
                giveBackAndSettle(pending, RecipientResult.of(((SmtpException) failure).failure()));
            }
        } else if (failure instanceof ExtensionBrokenException && !leftExtensionAlone) {
            leftExtensionAlone = true;
            broken.remember(session, (ExtensionBrokenException) failure);
            sendFresh(DiscardReason.BROKEN, pending);
        } else if (diedInReserve(failure) && !retriedFresh) {
            retriedFresh = true;
            boolean resetRefused = failure instanceof StaleConnectionException
                && ((StaleConnectionException) failure).isResetRefused();
            sendFresh(resetRefused ? DiscardReason.RESET_REFUSED : DiscardReason.DIED_IDLE, pending);
        } else if (failure instanceof UnreadableMessageException) {
            giveBackAndSettle(pending, RecipientResult.deferred(Fault.MESSAGE, failure.getMessage()));
        } else {
            discard(DiscardReason.BROKEN);
            finish(failure);
        }
    }

    /**
     * A connection may also die in reserve without ever having carried a mail: opened for one that was served otherwise. What
     * fails a transaction as a whole comes before its content, so repeating it at once delivers nothing twice.
     */
    private boolean diedInReserve(Throwable failure) {
        if (lease.resource().connection().hasGivenWay()) {
            return false;
        }
        return failure instanceof StaleConnectionException || (lease.isReused() && failure instanceof SmtpException
            && ((SmtpException) failure).failure().fault() == Fault.SESSION);
    }

    private void sendConverted(List<Integer> pending, Throwable failure) {
        after(mail.convertToSevenBit(), converted -> {
            if (converted) {
                send(pending);
            } else {
                giveBackAndSettle(pending, RecipientResult.failed(Fault.MESSAGE, failure.getMessage()));
            }
        }, unreadable -> afterFailure(pending, unreadable));
    }

    private void giveBackAndSettle(List<Integer> positions, RecipientResult result) {
        giveBack();
        settle(positions, result);
        finish();
    }

    private void settle(List<Integer> positions, RecipientResult result) {
        for (int position : positions) {
            if (results[position] == null) {
                set(position, result);
            }
        }
    }

    private static RecipientResult deferred(Throwable failure) {
        return failure instanceof SmtpException ? RecipientResult.deferred(((SmtpException) failure).failure())
            : RecipientResult.deferred(Fault.HOST, String.valueOf(failure.getMessage()));
    }
}
