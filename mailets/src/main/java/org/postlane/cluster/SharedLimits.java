// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

import io.lettuce.core.SslOptions;
import org.postlane.pool.HostPermits;
import org.postlane.schedule.Paces;

/**
 * Limits that this node keeps together with all others that use the same database of the same Redis. Never in the way: while
 * Redis cannot be reached, also at the start, this node keeps to its own share, and shares again by itself as soon as it can.
 *
 * <p>Safe for use by several threads.
 */
public final class SharedLimits {
    /** The least that is a cluster. */
    public static final int DEFAULT_NODES = 2;
    /** Beyond any James cluster. */
    public static final int MOST_NODES = 1_000;

    private final RedisLink link;
    private final PermitTable permits;
    private final int nodes;
    private final LongSupplier clock;
    private final LongSupplier time;

    /**
     * For tests that move the time, or trust a certificate of their own.
     *
     * @param time that all nodes have, in nanoseconds; null for that of Redis
     */
    SharedLimits(RedisAddress address, int nodes, LongSupplier clock, LongSupplier time, SslOptions tls) {
        SharedClock redis = new SharedClock(clock);
        this.nodes = nodes;
        this.clock = clock;
        this.time = time == null ? redis : time;
        this.permits = new PermitTable(nodes, redis);
        this.link = new RedisLink(address, tls, permits);
        permits.over(link);
        link.start();
    }

    /**
     * Begins to look for Redis, and returns at once.
     *
     * @param nodes how many nodes there are: while Redis is away, each has that part of each limit
     * @param clock nanoseconds, as {@link System#nanoTime()}
     */
    public static SharedLimits through(RedisAddress address, int nodes, LongSupplier clock) {
        return new SharedLimits(address, nodes, clock, null, SslOptions.create());
    }

    /**
     * Rates that are kept together.
     *
     * @param group tells names of one kind from the same names of another; the same on all nodes
     */
    public Paces paces(String group) {
        return new SharedPaces(link, nodes, group, clock, time);
    }

    /**
     * Connections to hosts that are counted together; for one pool.
     *
     * @param names how all nodes call a host
     */
    public HostPermits.Source permits(Function<Object, String> names) {
        return permits.source(names);
    }

    /** Why the limits are not shared now; empty while they are. */
    public Optional<String> problem() {
        return link.problem();
    }

    /** How often Redis has been asked for something since the start. */
    public long requests() {
        return link.requests();
    }

    /** The time that all nodes have, in nanoseconds. */
    long time() {
        return time.getAsLong();
    }

    /** What has been asked and not answered. */
    int unanswered() {
        return link.unanswered();
    }

    /** Gives back what this node has, where Redis can be reached within a second, and ends. */
    public void close() {
        link.close(permits::end);
    }
}
