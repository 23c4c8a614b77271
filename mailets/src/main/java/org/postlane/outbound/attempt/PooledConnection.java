// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.pool.DiscardReason;
import org.postlane.pool.PooledResource;
import org.postlane.smtp.Content;
import org.postlane.smtp.Envelope;
import org.postlane.smtp.PhaseListener;
import org.postlane.smtp.SmtpConnection;
import org.postlane.smtp.TransactionResult;

/** An SMTP connection as the pool sees it. */
final class PooledConnection implements PooledResource {
    private final SmtpConnection connection;
    private final HangUps hangUps;
    private final OutboundMetrics metrics;
    private final AtomicBoolean blamed = new AtomicBoolean();
    private final long openedAt = System.nanoTime();
    private volatile int transactions;
    private final AtomicInteger answered = new AtomicInteger();

    PooledConnection(SmtpConnection connection, HangUps hangUps, OutboundMetrics metrics) {
        this.connection = connection;
        this.hangUps = hangUps;
        this.metrics = metrics;
    }

    SmtpConnection connection() {
        return connection;
    }

    /** As {@link SmtpConnection#send}. Only the holder who has let nobody follow sends, so nobody else counts. */
    CompletableFuture<TransactionResult> send(Envelope envelope, Content content, Runnable mayFollow) {
        int next = transactions + 1;
        transactions = next;
        PhaseListener.Span timing = metrics.start(OutboundMetrics.Stage.TRANSACTION);
        return connection.send(envelope, content, mayFollow).whenComplete((result, failure) -> timing.end());
    }

    /** The server has answered a transaction. */
    void answered() {
        answered.incrementAndGet();
    }

    /**
     * Whether the caller, whose mail the connection's end has cost, is the first of those to whom that happened. They are told in
     * the order of their mails: one broken connection speaks against the host once, however many were on their way over it.
     */
    boolean takesBlame() {
        boolean first = blamed.compareAndSet(false, true);
        if (first && connection.isHungUp()) {
            hangUps.note(connection.settings(), answered.get(), openedAt);
        }
        return first;
    }

    /** Whether the server wants no further transaction over this connection: by MAILMAX (RFC 9422), or by what it has done. */
    boolean isSpent() {
        return transactions >= Math.min(hangUps.allowed(connection.settings()),
            connection.capabilities().limit("MAILMAX").orElse(Integer.MAX_VALUE));
    }

    @Override
    public boolean isUsable() {
        return connection.isUsable();
    }

    @Override
    public Optional<DiscardReason> fault() {
        if (connection.hasGivenWay()) {
            return Optional.of(DiscardReason.GAVE_WAY);
        }
        if (connection.isShuttingDown()) {
            return Optional.of(DiscardReason.PEER_CLOSING);
        }
        return connection.isOutOfStep() ? Optional.of(DiscardReason.OUT_OF_STEP) : Optional.empty();
    }

    @Override
    public CompletableFuture<Boolean> reset() {
        return connection.reset();
    }

    @Override
    public CompletableFuture<Void> close() {
        return connection.quit();
    }

    @Override
    public void abort() {
        connection.abort();
    }

    @Override
    public void onClosed(Runnable action) {
        CompletableFuture<Void> unused = connection.closed().thenRun(action);
    }

    /** MAILMAX counts transactions and the pool counts mails, of which one may need several: so all or nothing. */
    @Override
    public int usesAllowed() {
        return isSpent() ? 0 : Integer.MAX_VALUE;
    }

    @Override
    public int leasesAtOnce() {
        return connection.transactionsAtOnce();
    }

    @Override
    public String toString() {
        return connection.toString();
    }
}
