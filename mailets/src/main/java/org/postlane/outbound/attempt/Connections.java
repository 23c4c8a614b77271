// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.apache.james.queue.api.MailQueueName;
import org.postlane.james.Parameters;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.pool.HostPermits;
import org.postlane.pool.HostStats;
import org.postlane.pool.Pool;
import org.postlane.pool.PoolLimits;
import org.postlane.pool.PoolStats;
import org.postlane.route.DomainRules;
import org.postlane.schedule.Paces;
import org.postlane.schedule.Rate;
import org.postlane.smtp.Futures;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpClient;
import org.postlane.smtp.SmtpConnection;
import org.postlane.smtp.SmtpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one James: the pool and the client that opens them, how fast they may be opened, and what servers offer and
 * cannot do. Safe for use by several threads.
 */
public final class Connections {
    private static final Logger LOGGER = LoggerFactory.getLogger(Connections.class);

    private final OutboundMetrics metrics;
    private final Supplier<PoolLimits> limits;
    private final Supplier<HostPermits.Source> permits;
    private final ConnectionPaces paces;
    private final BrokenExtensions brokenExtensions = new BrokenExtensions();
    private final BrokenTls brokenTls = new BrokenTls();
    private final HangUps hangUps = new HangUps();
    private SmtpClient client;
    private Pool<ConnectionKey, PooledConnection> pool;
    private boolean closed;

    /**
     * None so far.
     *
     * @param limits asked for when the first is needed: by then every element has declared its own
     * @param clock nanoseconds, for the rates at which they are opened
     */
    public Connections(OutboundMetrics metrics, Supplier<PoolLimits> limits, LongSupplier clock) {
        this(metrics, limits, () -> Paces.local(clock), () -> (host, changed) -> HostPermits.UNSHARED);
    }

    /**
     * As above, where other nodes connect to the same hosts.
     *
     * @param paces keep the rates at which connections are opened; asked for when the first rate is needed
     * @param permits asked for with the limits
     */
    public Connections(OutboundMetrics metrics, Supplier<PoolLimits> limits, Supplier<Paces> paces,
                       Supplier<HostPermits.Source> permits) {
        this.metrics = metrics;
        this.limits = limits;
        this.permits = permits;
        this.paces = new ConnectionPaces((name, rate, due) -> paces.get().of(name, rate, due), this::askForPaceAgain);
    }

    /** How the nodes of a cluster call a host of the pool. */
    public static String nameOf(Object host) {
        return ConnectionKey.nameOf(host);
    }

    private void askForPaceAgain(Object pace) {
        Pool<ConnectionKey, PooledConnection> made = poolIfMade();
        if (made != null) {
            made.askGateAgain(pace);
        }
    }

    /** The pool, made when it is first needed. */
    synchronized Pool<ConnectionKey, PooledConnection> pool() {
        if (pool == null) {
            PoolLimits agreed = limits.get();
            client = new SmtpClient(metrics);
            pool = new Pool<>(this::open, agreed, paces, permits.get());
            LOGGER.info("Outbound connections: {}", describe(agreed));
            Pool<ConnectionKey, PooledConnection> made = pool;
            metrics.watchPool(made::stats, () -> made.limits().maxTotal());
            if (closed) {
                CompletableFuture<Void> unused = pool.close(Duration.ZERO);
                client.close();
            }
        }
        return pool;
    }

    private synchronized Pool<ConnectionKey, PooledConnection> poolIfMade() {
        return pool;
    }

    private CompletableFuture<PooledConnection> open(ConnectionKey key) {
        try {
            SessionSettings wanted = brokenTls.leftAlone(key.settings());
            CompletableFuture<SmtpConnection> connecting = client.connect(wanted);
            CompletableFuture<PooledConnection> opened = connecting.thenApply(connection -> pooled(wanted, connection));
            Futures.cancelWith(opened, connecting);
            CompletableFuture<PooledConnection> unused = opened.whenComplete((connection, failure) -> {
                if (opened.isCancelled()) {
                    // It may have come all the same, in the same moment.
                    CompletableFuture<Void> unusedEnd = connecting.thenAccept(SmtpConnection::abort);
                }
            });
            return opened;
        } catch (RuntimeException e) {
            // A client that is being closed refuses work this way.
            return CompletableFuture.failedFuture(SmtpException.unavailable("The client is closed", e));
        }
    }

    private PooledConnection pooled(SessionSettings wanted, SmtpConnection connection) {
        brokenTls.noteOpened(wanted, connection.settings());
        return new PooledConnection(connection, hangUps, metrics);
    }

    /** Extensions that do not work where they are offered. */
    BrokenExtensions brokenExtensions() {
        return brokenExtensions;
    }

    /** Other limits, from now on. */
    public void limit(PoolLimits changed) {
        Pool<ConnectionKey, PooledConnection> made = poolIfMade();
        if (made != null && !describe(made.limits()).equals(describe(changed))) {
            made.limit(changed);
            LOGGER.info("Outbound connections, from now on: {}", describe(changed));
        }
    }

    private static String describe(PoolLimits limits) {
        return "at most " + limits.maxTotal() + ", " + limits.maxPerHost() + " to one host, each closed after "
            + Parameters.spell(limits.idleTimeout()) + " unused, " + Parameters.spell(limits.maxAge()) + " or "
            + limits.maxUses() + " mails";
    }

    /** How fast they may be opened, as one queue has it; the strictest of all queues holds. */
    public void pace(MailQueueName queue, DomainRules<Rate> rates) {
        paces.change(queue, rates);
    }

    /** A queue has nothing to say any more about how fast they may be opened. */
    public void unpace(MailQueueName queue) {
        paces.remove(queue);
    }

    /** What the pool holds for each host now, in no order. */
    public List<HostStats> hosts() {
        return pool().hosts();
    }

    /** The pool's counters now. */
    public PoolStats stats() {
        return pool().stats();
    }

    /**
     * Opens no more, and says QUIT on each.
     *
     * @return completes when they are closed; at the latest a little after {@code limit}
     */
    public CompletableFuture<Void> close(Duration limit) {
        Pool<ConnectionKey, PooledConnection> toClose;
        synchronized (this) {
            closed = true;
            toClose = pool;
        }
        return toClose == null ? CompletableFuture.completedFuture(null) : toClose.close(limit);
    }

    /** Ends the threads of the client, after {@link #close}. */
    public void end() {
        SmtpClient used;
        synchronized (this) {
            used = client;
        }
        if (used != null) {
            used.close();
        }
    }
}
