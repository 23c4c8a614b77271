// SPDX-License-Identifier: Apache-2.0
package org.postlane.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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
final class PermitTable implements Heart {
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
    /** A Redis that was emptied hears from all nodes within so long: a beat, its answer, and what a node tells upon it. */
    private static final Duration ALL_TOLD = Duration.ofSeconds(3);
    /** How long Redis remembers a host, and after how many beats it is told again what it should know. */
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final int RENEWED_EACH = 60;

    private static final String PREFIX = "postlane:";
    private static final String NODES = PREFIX + "node:";
    private static final String NOTICES = PREFIX + "notices:";
    private static final String HOSTS = PREFIX + "host:";
    private static final String BEGAN = PREFIX + "began";
    private static final Script BEAT = new Script("beat.lua");
    private static final Script PERMITS = new Script("permits.lua");

    private final int nodes;
    private final SharedClock clock;
    /** Set once, before anything is asked. */
    private RedisLink link;
    private final Map<String, SharedPermits> hosts = new ConcurrentHashMap<>();
    /** Another one each time that the link goes down: Redis may remember what the last one had. */
    private volatile String node = newName();
    private volatile boolean othersHaveTold = true;
    /** The thread of the link's own. */
    private String last;
    private String beatenAs;
    private long beats;
    private volatile long upSince;
    private RedisLink.State before = RedisLink.State.DOWN;

    /** @param clock to be told what time it is there */
    PermitTable(int nodes, SharedClock clock) {
        this.nodes = nodes;
        this.clock = clock;
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

    /** Whether Redis does not answer now, but still counts what this node has. */
    boolean isSilent() {
        return link.state() == RedisLink.State.SILENT;
    }

    /** This node's own share of a limit; one at least. */
    int share(int limit) {
        return Math.max(1, limit / nodes);
    }

    /** How many this node may ask for now. */
    int mostToAskFor(int limit) {
        return othersHaveTold ? limit : share(limit);
    }

    /** How many this node may have of a Redis that was emptied: as many as while it was away, or no more than it has. */
    private int mostUntold(int limit) {
        return isNew() ? share(limit) : 0;
    }

    private boolean isNew() {
        return System.nanoTime() - upSince <= OTHERS_TELL_WITHIN.toNanos();
    }

    /** Asks for permits; told null where there is no answer. */
    void ask(String host, int limit, int keep, int need, Consumer<Reply> then) {
        String me = node;
        link.<List<Object>>ask(redis -> PERMITS.run(redis, ScriptOutputType.MULTI, List.of(HOSTS + host), me, NODES, NOTICES,
                host, limit, keep, need, STARVES_AFTER.toMillis(), WAIT_COUNTS.toMillis(), REMEMBERED.toMillis(), BEGAN,
                ALL_TOLD.toMillis(), mostUntold(limit)),
            // What another name of this node was given is of no use any more.
            (answer, failure) -> then.accept(failure == null && me.equals(node) ? new Reply(answer) : null));
    }

    /** Tells Redis that this node is there, and reads what others have written to it, and what Redis has forgotten. */
    @Override
    public CompletionStage<Runnable> beat(StatefulRedisConnection<String, byte[]> redis) {
        String me = node;
        String gone = last;
        List<String> keys = new ArrayList<>(List.of(NODES + me, NOTICES + me));
        List<String> held = new ArrayList<>();
        hosts.forEach((name, permits) -> {
            if (permits.isHeld()) {
                held.add(name);
                keys.add(HOSTS + name);
            }
        });
        CompletionStage<?> cleared = gone == null ? CompletableFuture.completedFuture(null) : redis.async().del(NODES + gone);
        long asked = clock.asked();
        CompletionStage<List<Object>> beaten = BEAT.<List<Object>>run(redis, ScriptOutputType.MULTI, keys, LEASE.toMillis(), me)
            .thenApply(answer -> {
                clock.told(TimeUnit.SECONDS.toNanos((Long) answer.get(1)) + TimeUnit.MICROSECONDS.toNanos((Long) answer.get(2)),
                    asked);
                return answer;
            });
        return cleared.thenCombine(beaten, (nothing, answer) -> () -> {
            if (Objects.equals(gone, last)) {
                last = null;
            }
            boolean isForgotten = me.equals(beatenAs) && (Long) answer.get(0) == 0;
            beatenAs = me;
            beaten(isForgotten, held, answer);
        });
    }

    private void beaten(boolean isForgotten, List<String> held, List<Object> answer) {
        if (isForgotten) {
            hosts.keySet().forEach(this::forgotten);
        } else {
            list(answer.get(3)).forEach(number -> forgotten(held.get(((Long) number).intValue() - 1)));
        }
        List<?> notices = list(answer.get(4));
        for (int i = 0; i + 1 < notices.size(); i += 2) {
            SharedPermits asked = hosts.get(text(notices.get(i)));
            if (asked != null) {
                asked.notice(text(notices.get(i + 1)).equals("one") ? SharedPermits.Notice.ONE : SharedPermits.Notice.SPARE);
            }
        }
        boolean renews = ++beats % RENEWED_EACH == 0;
        othersHaveTold |= !isNew();
        hosts.forEach((name, permits) -> {
            permits.tick(renews);
            closed(name);
        });
    }

    private void forgotten(String host) {
        SharedPermits permits = hosts.get(host);
        if (permits != null) {
            permits.forgotten();
        }
    }

    private static List<?> list(Object answer) {
        return (List<?>) answer;
    }

    private static String text(Object octets) {
        return new String((byte[]) octets, UTF_8);
    }

    private void linkChanged() {
        RedisLink.State now = link.state();
        if (now == RedisLink.State.SILENT || (now == RedisLink.State.UP && before == RedisLink.State.SILENT)) {
            hosts.values().forEach(SharedPermits::silenceChanged);
        } else {
            if (now == RedisLink.State.DOWN) {
                last = node;
                node = newName();
                othersHaveTold = false;
            }
            upSince = System.nanoTime();
            hosts.values().forEach(SharedPermits::linkChanged);
            hosts.keySet().forEach(this::closed);
        }
        before = now;
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
