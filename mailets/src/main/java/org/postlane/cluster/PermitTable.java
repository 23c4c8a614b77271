// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import org.postlane.pool.HostPermits;

/**
 * The permits of one node for connections to hosts. In Redis each host has a hash with what each node has, and each node a key
 * that ends with it: what a node had that is gone is free. A node that is refused writes to those who have permits, and they give
 * one up where they have more, or do not use it.
 *
 * <p>Safe for use by several threads.
 */
final class PermitTable implements RedisLink.Heart {
    /** A node that has not been heard of for so long is gone, and what it had is free. Several beats may be late. */
    static final Duration LEASE = Duration.ofSeconds(10);
    /** Who waits says so each second. */
    private static final Duration WAIT_COUNTS = Duration.ofSeconds(5);
    /** Who has no connection at all comes after so long before those who have one: there may be more nodes than connections. */
    private static final Duration STARVES_AFTER = Duration.ofSeconds(10);
    /**
     * When Redis is back, others may not have told yet what they still have: for so long nobody takes more than his share. A node
     * looks for Redis each second, and for two.
     */
    private static final Duration OTHERS_TELL_WITHIN = Duration.ofSeconds(5);
    /** How long Redis remembers a host, and after how many beats it is told again what it should know. */
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final int RENEWED_EACH = 60;

    private static final String PREFIX = "postlane:";
    private static final String NODES = PREFIX + "node:";
    private static final String NOTICES = PREFIX + "notices:";
    private static final String HOSTS = PREFIX + "host:";
    private static final Script BEAT = new Script("beat.lua");
    private static final Script PERMITS = new Script("permits.lua");

    private final int nodes;
    /** Set once, before anything is asked. */
    private RedisLink link;
    private final Map<String, SharedPermits> hosts = new ConcurrentHashMap<>();
    /** Another one each time that the link goes down: Redis may remember what the last one had. */
    private volatile String node = newName();
    private volatile boolean othersHaveTold = true;
    /** The thread of the link's own. */
    private String last;
    private long beats;
    private long upSince;

    PermitTable(int nodes) {
        this.nodes = nodes;
    }

    /** To be called before anything else. */
    void over(RedisLink made) {
        link = made;
        made.onChange(this::linkChanged);
    }

    private static String newName() {
        return UUID.randomUUID().toString();
    }

    /** What Redis says about a host. Immutable. */
    static final class Reply {
        private final int count;
        private final int aim;

        private Reply(List<Object> answer) {
            this.count = ((Long) answer.get(0)).intValue();
            this.aim = ((Long) answer.get(1)).intValue();
        }

        /** How many permits this node has. */
        int count() {
            return count;
        }

        /** How many it should come down to. */
        int aim() {
            return aim;
        }
    }

    /**
     * The permits of hosts.
     *
     * @param names how all nodes call a host
     */
    HostPermits.Source source(Function<Object, String> names) {
        return (host, changed) -> hosts.compute(names.apply(host), (name, known) -> {
            SharedPermits permits = known == null ? new SharedPermits(this, name) : known;
            permits.reopen(changed);
            return permits;
        });
    }

    boolean isUp() {
        return link.isUp();
    }

    /** This node's own share of a limit; one at least. */
    int share(int limit) {
        return Math.max(1, limit / nodes);
    }

    /** How many this node may ask for now. */
    int mostToAskFor(int limit) {
        return othersHaveTold ? limit : share(limit);
    }

    /** Asks for permits; told null where there is no answer. */
    void ask(String host, int limit, int keep, int need, Consumer<Reply> then) {
        String me = node;
        link.<List<Object>>ask(redis -> PERMITS.run(redis, ScriptOutputType.MULTI, List.of(HOSTS + host), me, NODES, NOTICES,
                host, limit, keep, need, STARVES_AFTER.toMillis(), WAIT_COUNTS.toMillis(), REMEMBERED.toMillis()),
            // What another name of this node was given is of no use any more.
            (answer, failure) -> then.accept(failure == null && me.equals(node) ? new Reply(answer) : null));
    }

    /** Tells Redis that this node is there, and reads what others have written to it. */
    @Override
    public CompletionStage<List<Object>> beat(StatefulRedisConnection<String, byte[]> redis) {
        String me = node;
        CompletionStage<?> cleared = last == null ? CompletableFuture.completedFuture(null) : redis.async().del(NODES + last);
        CompletionStage<List<Object>> beaten = BEAT.run(redis, ScriptOutputType.MULTI, List.of(NODES + me, NOTICES + me),
            LEASE.toMillis());
        return cleared.thenCombine(beaten, (nothing, notices) -> notices);
    }

    @Override
    public void beaten(List<Object> answer) {
        last = null;
        boolean wasKnown = text(answer.get(0)).equals("1");
        if (!wasKnown) {
            hosts.values().forEach(SharedPermits::linkChanged);
        }
        for (int i = 1; i + 1 < answer.size(); i += 2) {
            SharedPermits asked = hosts.get(text(answer.get(i)));
            if (asked != null) {
                asked.notice(text(answer.get(i + 1)).equals("one") ? SharedPermits.Notice.ONE : SharedPermits.Notice.SPARE);
            }
        }
        boolean renews = ++beats % RENEWED_EACH == 0;
        othersHaveTold |= System.nanoTime() - upSince > OTHERS_TELL_WITHIN.toNanos();
        hosts.forEach((name, permits) -> {
            permits.tick(renews);
            closed(name);
        });
    }

    private static String text(Object octets) {
        return new String((byte[]) octets, UTF_8);
    }

    private void linkChanged() {
        if (!link.isUp()) {
            last = node;
            node = newName();
            othersHaveTold = false;
        }
        upSince = System.nanoTime();
        hosts.values().forEach(SharedPermits::linkChanged);
        hosts.keySet().forEach(this::closed);
    }

    /** Forgets a host that the pool has forgotten, once nothing is left to be given back. */
    void closed(String host) {
        hosts.computeIfPresent(host, (name, known) -> known.isForgettable() ? null : known);
    }

    /** This node ends: whatever it had is free. */
    CompletionStage<?> end(StatefulRedisConnection<String, byte[]> redis) {
        return redis.async().del(NODES + node, NOTICES + node);
    }

    @Override
    public String toString() {
        return hosts.values().toString();
    }
}
