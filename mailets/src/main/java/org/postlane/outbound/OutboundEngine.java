// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Clock;
import java.time.Duration;
import java.util.IdentityHashMap;
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

import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.queue.api.MailQueueName;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;
import org.postlane.james.ServerStarted;
import org.postlane.james.StopTime;
import org.postlane.journal.DeliveryJournal;
import org.postlane.outbound.attempt.Connections;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.operations.OrderBook;
import org.postlane.outbound.operations.OutboundMetrics;
import org.postlane.outbound.operations.QueueDestinations;
import org.postlane.outbound.settings.AgreedSettings;
import org.postlane.outbound.settlement.RecordsUnderWay;
import org.postlane.pool.HostStats;
import org.postlane.pool.PoolStats;
import org.postlane.route.dns.MailDns;
import org.postlane.route.dns.Resolvers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all outgoing queues of one James share: the SMTP client and the pool of its connections.
 *
 * <p>Safe for use by several threads. Closing it ends the queues first, then the connections, with QUIT; it does so once,
 * whether James closes the mailets before it or after.
 */
public final class OutboundEngine {
    private static final Logger LOGGER = LoggerFactory.getLogger(OutboundEngine.class);

    private final ServerStarted serverStarted;
    private final OutboundMetrics metrics;
    private final CriticalStates criticalStates;
    private final QueueDestinations destinations;
    private final EngineJournal journal;
    private final StopTime stopTime;
    private final EngineTime time;
    private final ClusterLimits cluster;
    private final Connections connections;
    private final IdentityHashMap<DNSService, MailDns> resolvers = new IdentityHashMap<>();
    private final Map<MailQueueName, String> claims = new ConcurrentHashMap<>();
    private final List<OutboundQueue> queues = new CopyOnWriteArrayList<>();
    private AgreedSettings agreed = AgreedSettings.NONE;
    private final RecordsUnderWay recordsUnderWay = new RecordsUnderWay();
    private boolean closed;

    /** The engine of one James. */
    @Inject
    public OutboundEngine(ServerStarted serverStarted, OutboundMetrics metrics, CriticalStates criticalStates,
                          QueueDestinations destinations, EngineJournal journal, StopTime stopTime, EngineTime time) {
        this.serverStarted = serverStarted;
        this.metrics = metrics;
        this.criticalStates = criticalStates;
        this.destinations = destinations;
        this.journal = journal;
        this.stopTime = stopTime;
        this.time = time;
        this.cluster = new ClusterLimits(() -> agreed().cluster(), time::nanoTime, metrics, criticalStates);
        this.connections = new Connections(metrics, () -> agreed().limits(), () -> cluster.paces("connections"),
            cluster::permits);
        metrics.watchDestinations(destinations);
        metrics.watchJournal(journal::stats);
        metrics.watchHealth(criticalStates);
    }

    /** What the elements have said so far about what they share. */
    public synchronized AgreedSettings agreed() {
        return agreed;
    }

    /**
     * Sees whether it could be done as these elements want it. Changes nothing.
     *
     * @param parameters the element to name in the message
     * @throws ConfigurationError where it could not
     */
    public void check(Parameters parameters, AgreedSettings wanted) {
        journal.check(parameters, wanted);
    }

    /**
     * Takes what one more element writes about it, all of it or nothing; before James has started.
     *
     * @throws ConfigurationError for a value that does not fit, or that differs from what another element wrote
     */
    public synchronized void agree(Parameters parameters) {
        AgreedSettings all = agreed.and(parameters);
        journal.prepare(parameters, all);
        agreed = all;
    }

    /** Whether the queues may begin: before James has started, bounces would find no processor. */
    boolean mayBegin() {
        return serverStarted.isStarted();
    }

    /**
     * Other limits of the pool, and as many turns in each queue as it has connections, from now on; what else elements have to
     * agree about stays as it is.
     */
    public void limit(AgreedSettings changed) {
        synchronized (this) {
            agreed = agreed.withLimitsOf(changed);
        }
        connections.limit(changed.limits());
        queues.forEach(OutboundQueue::limitTurns);
    }

    /** What is counted and measured. */
    public OutboundMetrics metrics() {
        return metrics;
    }

    /** What must work for any mail to move. */
    CriticalStates criticalStates() {
        return criticalStates;
    }

    /** The connections that all queues share. */
    Connections connections() {
        return connections;
    }

    /** What is limited together with other nodes. */
    ClusterLimits cluster() {
        return cluster;
    }

    /** What the pool holds for each host now, in no order. */
    public List<HostStats> hosts() {
        return connections.hosts();
    }

    /** The pool's counters now. */
    public PoolStats stats() {
        return connections.stats();
    }

    /** Where queues show their destinations. */
    QueueDestinations destinations() {
        return destinations;
    }

    /** The journal, opened when it is first asked for. */
    DeliveryJournal journal() {
        return journal.journal(agreed());
    }

    /** The orders about destinations that hold over a restart. */
    OrderBook orders(Clock clock) {
        return journal.orders(agreed(), clock);
    }

    /** DNS as this resolver sees it, with one memory for all queues. */
    public MailDns dnsBy(DNSService service) {
        synchronized (resolvers) {
            return resolvers.computeIfAbsent(service, Resolvers::of);
        }
    }

    /** What the journal has not written yet. */
    RecordsUnderWay recordsUnderWay() {
        return recordsUnderWay;
    }

    /** How time passes for it. */
    public EngineTime time() {
        return time;
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

    /** Stops a queue and waits for what is under way, as long as {@link StopTime} lets it. */
    public void awaitStop(OutboundQueue queue) {
        await(queue.stop(), stopTime.leftForWhatIsSent(), "deliveries under way");
    }

    void add(OutboundQueue queue) {
        queues.add(queue);
    }

    void remove(OutboundQueue queue) {
        queues.remove(queue);
    }

    /** Stops taking mail, lets what is under way finish in the time of {@link StopTime}, then says QUIT on every connection. */
    @PreDestroy
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        CompletableFuture<?>[] drained = queues.stream().map(OutboundQueue::stop).toArray(CompletableFuture<?>[]::new);
        await(CompletableFuture.allOf(drained), stopTime.leftForWhatIsSent(), "deliveries under way");
        Duration farewells = stopTime.leftForFarewells();
        // The last third is for closing what did not answer.
        await(connections.close(farewells.multipliedBy(2).dividedBy(3)), farewells, "connections to say QUIT");
        connections.end();
        // What that broke off goes back to its queue.
        await(CompletableFuture.allOf(drained), stopTime.leftForItsEnd(), "what was broken off");
        cluster.close();
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
