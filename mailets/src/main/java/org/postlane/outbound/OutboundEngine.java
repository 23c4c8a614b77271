// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.annotation.PreDestroy;
import javax.inject.Inject;

import org.apache.james.queue.api.MailQueueName;
import org.postlane.james.ConfigurationError;
import org.postlane.james.ServerStarted;
import org.postlane.journal.DeliveryJournal;
import org.postlane.pool.HostStats;
import org.postlane.pool.Pool;
import org.postlane.pool.PoolStats;
import org.postlane.smtp.Futures;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpClient;
import org.postlane.smtp.SmtpConnection;
import org.postlane.smtp.SmtpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all outgoing queues of one James share: the SMTP client and the pool of its connections.
 *
 * <p>Safe for use by several threads. Closing it ends the queues first, then the connections, with QUIT; it does so once,
 * whether James closes the mailets before it or after.
 */
public final class OutboundEngine {
    /** Together well below the ten seconds after which init systems begin to kill: the rest of James has to stop too. */
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(3);
    private static final Duration QUIT_LIMIT = Duration.ofSeconds(2);
    private static final Logger LOGGER = LoggerFactory.getLogger(OutboundEngine.class);

    private final ServerStarted serverStarted;
    private final OutboundMetrics metrics;
    private final CriticalStates criticalStates;
    private final QueueDestinations destinations;
    private final AgreedJournal journal;
    private final EngineTime time;
    private final AgreedLimits limits = new AgreedLimits();
    private final ConnectionPaces paces;
    private final Map<MailQueueName, String> claims = new ConcurrentHashMap<>();
    private final List<OutboundQueue> queues = new CopyOnWriteArrayList<>();
    private final BrokenExtensions brokenExtensions = new BrokenExtensions();
    private final BrokenTls brokenTls = new BrokenTls();
    private SmtpClient client;
    private Pool<ConnectionKey, PooledConnection> pool;
    private boolean closed;

    /** The engine of one James. */
    @Inject
    public OutboundEngine(ServerStarted serverStarted, OutboundMetrics metrics, CriticalStates criticalStates,
                          QueueDestinations destinations, AgreedJournal journal, EngineTime time) {
        this.serverStarted = serverStarted;
        this.metrics = metrics;
        this.criticalStates = criticalStates;
        this.destinations = destinations;
        this.journal = journal;
        this.time = time;
        this.paces = new ConnectionPaces(time::nanoTime);
        metrics.watchDestinations(destinations);
        metrics.watchJournal(journal::stats);
    }

    /** The limits of the pool, to be declared before James has started. */
    public AgreedLimits limits() {
        return limits;
    }

    /** Whether the queues may begin: before James has started, bounces would find no processor. */
    boolean mayBegin() {
        return serverStarted.isStarted();
    }

    /** The pool, made when it is first needed: by then every element has declared its limits. */
    synchronized Pool<ConnectionKey, PooledConnection> pool() {
        if (pool == null) {
            client = new SmtpClient();
            pool = new Pool<>(this::open, limits.limits(), paces);
            LOGGER.info("Outbound connections: {}", limits.limits());
            Pool<ConnectionKey, PooledConnection> made = pool;
            metrics.watchPool(made::stats);
            if (closed) {
                CompletableFuture<Void> unused = pool.close(Duration.ZERO);
                client.close();
            }
        }
        return pool;
    }

    /** What is counted and measured. */
    public OutboundMetrics metrics() {
        return metrics;
    }

    /** What must work for any mail to move. */
    CriticalStates criticalStates() {
        return criticalStates;
    }

    /** How fast connections may be opened. */
    ConnectionPaces paces() {
        return paces;
    }

    /** Where queues show their destinations. */
    QueueDestinations destinations() {
        return destinations;
    }

    /** What and where the journal is, to be declared before James has started. */
    public AgreedJournal agreedJournal() {
        return journal;
    }

    /** The journal; see {@link AgreedJournal#journal()}. */
    DeliveryJournal journal() {
        return journal.journal();
    }

    /** How time passes for it. */
    public EngineTime time() {
        return time;
    }

    BrokenExtensions brokenExtensions() {
        return brokenExtensions;
    }

    private CompletableFuture<PooledConnection> open(ConnectionKey key) {
        try {
            OutboundMetrics.Timing opening = metrics.start(OutboundMetrics.Phase.OPENING);
            SessionSettings wanted = brokenTls.leftAlone(key.settings());
            CompletableFuture<SmtpConnection> connecting = client.connect(wanted);
            CompletableFuture<PooledConnection> opened = connecting.thenApply(connection -> pooled(wanted, connection))
                .whenComplete((connection, failure) -> opening.end());
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

    /** What the pool holds for each host now, in no order. */
    public List<HostStats> hosts() {
        return pool().hosts();
    }

    private PooledConnection pooled(SessionSettings wanted, SmtpConnection connection) {
        brokenTls.noteOpened(wanted, connection.settings());
        return new PooledConnection(connection, metrics);
    }

    /** The pool's counters now. */
    public PoolStats stats() {
        return pool().stats();
    }

    /**
     * Takes a queue for one element.
     *
     * @throws ConfigurationError when another element has it: a queue with two consumers gives mail to either at random
     */
    public void claim(MailQueueName queue, String where) {
        String earlier = claims.putIfAbsent(queue, where);
        if (earlier != null) {
            throw new ConfigurationError(where, "outgoing", queue.asString(),
                "a queue of its own; " + earlier + " already delivers this one");
        }
    }

    /** Stops a queue and waits for what is under way, for a few seconds. */
    public void awaitStop(OutboundQueue queue) {
        await(queue.stop(), DRAIN_LIMIT, "deliveries under way");
    }

    void add(OutboundQueue queue) {
        queues.add(queue);
    }

    void remove(OutboundQueue queue) {
        queues.remove(queue);
    }

    /** Stops taking mail, lets what is under way finish for a few seconds, then says QUIT on every connection. */
    @PreDestroy
    public void close() {
        Pool<ConnectionKey, PooledConnection> toClose;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            toClose = pool;
        }
        CompletableFuture<?>[] drained = queues.stream().map(OutboundQueue::stop).toArray(CompletableFuture<?>[]::new);
        await(CompletableFuture.allOf(drained), DRAIN_LIMIT, "deliveries under way");
        if (toClose != null) {
            await(toClose.close(QUIT_LIMIT), QUIT_LIMIT.plusSeconds(1), "connections to say QUIT");
            client.close();
        }
        journal.close();
    }

    private static void await(CompletableFuture<?> end, Duration limit, String what) {
        try {
            end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOGGER.warn("Not waiting any longer for {}: what has not finished stays in its queue", what);
        } catch (ExecutionException e) {
            LOGGER.warn("While waiting for {}", what, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
