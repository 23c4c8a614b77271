// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.api.StatefulRedisConnection;
import org.postlane.schedule.LocalPace;
import org.postlane.schedule.Pace;
import org.postlane.schedule.Paces;
import org.postlane.schedule.Rate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rates that all nodes keep together: each has a bucket of Bucket4j in Redis, under its name and its rate, so that nodes that
 * were told different rates keep each by itself. Safe for use by several threads.
 */
final class SharedPaces implements Paces {
    /** How long a bucket is remembered that is full again. */
    private static final Duration REMEMBERED = Duration.ofMinutes(1);
    /** A node reserves two lots; twice as many nodes as were told of are believed. */
    private static final int LOTS_AHEAD = 4;
    private static final Logger LOGGER = LoggerFactory.getLogger(SharedPaces.class);

    private final RedisLink link;
    private final int nodes;
    private final String group;
    private final LongSupplier clock;
    private final LongSupplier time;
    /** Null, or of the connection that was asked last; the link's thread's own. */
    private StatefulRedisConnection<String, byte[]> managed;
    private AsyncProxyManager<String> manager;

    /**
     * Paces.
     *
     * @param group what tells their names from those of others
     * @param clock nanoseconds, as {@link System#nanoTime()}
     * @param time that all nodes have, in nanoseconds
     */
    SharedPaces(RedisLink link, int nodes, String group, LongSupplier clock, LongSupplier time) {
        this.link = link;
        this.nodes = nodes;
        this.group = group;
        this.clock = clock;
        this.time = time;
    }

    @Override
    public Pace of(String name, Rate rate, Runnable due) {
        return of(name, rate, due, new LocalPace(rate, clock), new LocalPace(share(rate), clock));
    }

    Pace of(String name, Rate rate, Runnable due, LocalPace even, LocalPace alone) {
        return new SharedPace(this, name, rate, due, even, alone);
    }

    /** What is left to this node while nobody shares: the rate divided by the number of nodes. */
    Rate share(Rate rate) {
        return rate.isLimited() ? Rate.of(rate.count(), rate.period().multipliedBy(nodes)) : rate;
    }

    boolean isUp() {
        return link.isUp();
    }

    long now() {
        return clock.getAsLong();
    }

    /**
     * Takes so many in advance, whether they are due or not.
     *
     * @param then told in how many nanoseconds all of them are due, or why nobody knows
     */
    void reserve(String name, Rate rate, int count, RedisLink.Answer<Long> then) {
        String key = "postlane:rate:" + group + ":" + name + ":" + rate.count() + "/" + rate.period();
        BucketConfiguration bucket = BucketConfiguration.builder()
            .addLimit(Bandwidth.builder().capacity(count).refillGreedy(rate.count(), rate.period()).build()).build();
        long farthest = rate.period().toNanos() / rate.count() * count * LOTS_AHEAD * (nodes + 1L);
        link.<Long>ask(redis -> {
            AsyncBucketProxy shared = buckets(redis).builder().build(key, () -> CompletableFuture.completedFuture(bucket));
            return shared.consumeIgnoringRateLimits(count).thenCompose(wait -> {
                if (wait <= farthest) {
                    return CompletableFuture.completedFuture(wait);
                }
                // Nobody has reserved so much: it was filled last at a time that is still to come, since Redis' clock was ahead.
                LOGGER.warn("The rate {} of {} begins anew: the clock of Redis was ahead, or there are more than twice {} nodes",
                    rate, name, nodes);
                return buckets(redis).removeProxy(key).thenCompose(unused -> shared.consumeIgnoringRateLimits(count));
            });
        }, then);
    }

    private AsyncProxyManager<String> buckets(StatefulRedisConnection<String, byte[]> redis) {
        if (managed != redis) {
            managed = redis;
            manager = Bucket4jLettuce.casBasedBuilder(redis)
                .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(REMEMBERED))
                .clientClock(new TimeMeter() {
                    @Override
                    public long currentTimeNanos() {
                        return time.getAsLong();
                    }

                    @Override
                    public boolean isWallClockBased() {
                        return true;
                    }
                })
                .build().asAsync();
        }
        return manager;
    }
}
