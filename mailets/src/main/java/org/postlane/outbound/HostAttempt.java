// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

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
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpException;
import org.postlane.smtp.StaleConnectionException;

/**
 * One mail to one host: as many transactions over a pooled connection as its recipients need. A connection that died in
 * reserve, or that would not be reset, costs one silent retry on a new one.
 */
final class HostAttempt {
    /** An attempt is held at most 20 minutes, and the content may take ten: the wait for a connection gets five. */
    static final Duration ACQUIRE_WAIT = Duration.ofMinutes(5);

    private final Pool<ConnectionKey, PooledConnection> pool;
    private final BrokenExtensions broken;
    private final SessionSettings session;
    private final Deliverable mail;
    private final RecipientResult[] results;
    private boolean retriedFresh;
    private boolean leftExtensionAlone;

    HostAttempt(Pool<ConnectionKey, PooledConnection> pool, BrokenExtensions broken, SessionSettings session, Deliverable mail) {
        this.pool = pool;
        this.broken = broken;
        this.session = session;
        this.mail = mail;
        this.results = new RecipientResult[mail.recipients().size()];
    }

    /**
     * Tries the recipients at these positions.
     *
     * @return results by position, to be looked at where they were asked for. Fails only with a {@link PoolException}, and
     *     only when no recipient has an answer
     */
    CompletableFuture<RecipientResult[]> run(List<Integer> positions) {
        return Futures.recover(pool.acquire(key(), ACQUIRE_WAIT).thenCompose(lease -> send(lease, positions)), this::afterAll)
            .thenApply(nothing -> results);
    }

    private ConnectionKey key() {
        return new ConnectionKey(broken.leftAlone(session));
    }

    /** Every failure that is not an answer ends here: to connect, to get a connection, to read the message. */
    private CompletableFuture<Void> afterAll(Throwable failure) {
        boolean nothingAnswered = Arrays.stream(results).allMatch(Objects::isNull);
        if (failure instanceof PoolException && nothingAnswered) {
            return CompletableFuture.failedFuture(failure);
        }
        for (int i = 0; i < results.length; i++) {
            results[i] = results[i] == null ? deferred(failure) : results[i];
        }
        return CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> send(Lease<PooledConnection> lease, List<Integer> pending) {
        return Futures.recover(mail.content().thenCompose(content -> transact(lease, pending, content)),
            failure -> afterFailure(lease, pending, failure));
    }

    private CompletableFuture<Void> transact(Lease<PooledConnection> lease, List<Integer> all, Content content) {
        PooledConnection connection = lease.resource();
        List<Integer> pending = withoutThoseThatNeedMore(connection.connection().capabilities(), all);
        if (pending.isEmpty()) {
            return afterTransaction(lease, pending);
        }
        List<Integer> batch = pending.subList(0, Math.min(pending.size(), connection.connection().recipientsPerTransaction()));
        return connection.send(mail.envelopeFor(batch), content).thenCompose(result -> {
            List<Integer> rest = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                RecipientResult one = result.recipients().get(i);
                if (one.status() == RecipientResult.Status.NEXT_TRANSACTION) {
                    rest.add(batch.get(i));
                } else {
                    results[batch.get(i)] = one;
                }
            }
            rest.addAll(pending.subList(batch.size(), pending.size()));
            // It got somewhere, so the next transaction has a silent retry of its own: each one makes the rest smaller.
            retriedFresh = false;
            return afterTransaction(lease, rest);
        });
    }

    /** One recipient whom this server cannot be told of must not cost the others their mail. */
    private List<Integer> withoutThoseThatNeedMore(Capabilities capabilities, List<Integer> positions) {
        List<Integer> rest = new ArrayList<>();
        for (int position : positions) {
            Optional<MissingExtension> missing = mail.recipientAt(position).missingFrom(capabilities);
            if (missing.isPresent()) {
                results[position] = RecipientResult.failed(missing.get().fault(), missing.get().explanation());
            } else {
                rest.add(position);
            }
        }
        return rest;
    }

    private CompletableFuture<Void> afterTransaction(Lease<PooledConnection> lease, List<Integer> rest) {
        if (rest.isEmpty()) {
            giveBack(lease);
            return CompletableFuture.completedFuture(null);
        }
        if (lease.resource().isSpent()) {
            return sendFresh(lease, DiscardReason.MAX_USES, rest);
        }
        if (!lease.resource().isUsable()) {
            return sendFresh(lease, DiscardReason.BROKEN, rest);
        }
        return Futures.recover(lease.resource().reset(), failure -> CompletableFuture.completedFuture(false))
            .thenCompose(ready -> ready ? send(lease, rest) : sendFresh(lease, DiscardReason.RESET_REFUSED, rest));
    }

    private CompletableFuture<Void> sendFresh(Lease<PooledConnection> lease, DiscardReason reason, List<Integer> pending) {
        lease.discard(reason);
        return pool.acquireFresh(key(), ACQUIRE_WAIT).thenCompose(fresh -> send(fresh, pending));
    }

    private static void giveBack(Lease<PooledConnection> lease) {
        if (lease.resource().isUsable()) {
            lease.release();
        } else {
            lease.discard(DiscardReason.BROKEN);
        }
    }

    private CompletableFuture<Void> afterFailure(Lease<PooledConnection> lease, List<Integer> pending, Throwable failure) {
        if (failure instanceof ExtensionNotOfferedException) {
            return ((ExtensionNotOfferedException) failure).missing().extension().equals("8BITMIME")
                ? sendConverted(lease, pending, failure)
                : giveBackAndSettle(lease, pending, RecipientResult.of(((SmtpException) failure).failure()));
        }
        if (failure instanceof ExtensionBrokenException && !leftExtensionAlone) {
            leftExtensionAlone = true;
            broken.remember(session, (ExtensionBrokenException) failure);
            return sendFresh(lease, DiscardReason.BROKEN, pending);
        }
        if (diedInReserve(lease, failure) && !retriedFresh) {
            retriedFresh = true;
            boolean resetRefused = failure instanceof StaleConnectionException
                && ((StaleConnectionException) failure).isResetRefused();
            return sendFresh(lease, resetRefused ? DiscardReason.RESET_REFUSED : DiscardReason.DIED_IDLE, pending);
        }
        if (failure instanceof UnreadableMessageException) {
            return giveBackAndSettle(lease, pending, RecipientResult.deferred(Fault.MESSAGE, failure.getMessage()));
        }
        lease.discard(DiscardReason.BROKEN);
        if (failure instanceof PoolException) {
            return CompletableFuture.failedFuture(failure);
        }
        settle(pending, deferred(failure));
        return CompletableFuture.completedFuture(null);
    }

    /**
     * A connection may also die in reserve without ever having carried a mail: opened for one that was served otherwise. What
     * fails a transaction as a whole comes before its content, so repeating it at once delivers nothing twice.
     */
    private static boolean diedInReserve(Lease<PooledConnection> lease, Throwable failure) {
        return failure instanceof StaleConnectionException || (lease.isReused() && failure instanceof SmtpException
            && ((SmtpException) failure).failure().fault() == Fault.SESSION);
    }

    private CompletableFuture<Void> sendConverted(Lease<PooledConnection> lease, List<Integer> pending, Throwable failure) {
        return Futures.recover(mail.convertToSevenBit().thenCompose(converted -> {
            if (converted) {
                return send(lease, pending);
            }
            return giveBackAndSettle(lease, pending, RecipientResult.failed(Fault.MESSAGE, failure.getMessage()));
        }), unreadable -> afterFailure(lease, pending, unreadable));
    }

    private CompletableFuture<Void> giveBackAndSettle(Lease<PooledConnection> lease, List<Integer> positions,
                                                      RecipientResult result) {
        giveBack(lease);
        settle(positions, result);
        return CompletableFuture.completedFuture(null);
    }

    private void settle(List<Integer> positions, RecipientResult result) {
        for (int position : positions) {
            if (results[position] == null) {
                results[position] = result;
            }
        }
    }

    private static RecipientResult deferred(Throwable failure) {
        Fault fault = failure instanceof SmtpException ? ((SmtpException) failure).failure().fault() : Fault.HOST;
        return RecipientResult.deferred(fault, String.valueOf(failure.getMessage()));
    }
}
