// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postlane.cluster.RedisAddress;
import org.postlane.cluster.SharedLimits;
import org.postlane.peers.RedisPeer;
import org.postlane.pool.CountedNetwork.Connection;
import org.postlane.testing.docker.RequiresDocker;

/** Two pools that share the limit of a host through a real Redis, and hosts that count. */
@RequiresDocker
class SharedPermitsDockerTest {
    static final int LIMIT = 4;
    static final PoolLimits LIMITS = PoolLimits.builder().maxPerHost(LIMIT).maxTotal(64).build();
    private static final Duration WAIT = Duration.ofMinutes(2);
    private static final int NODES = 2;

    @RegisterExtension
    static final RedisPeer REDIS = new RedisPeer();

    private final CountedNetwork network = new CountedNetwork(LIMITS);
    private final List<Node> nodes = new ArrayList<>();

    @BeforeEach
    void behave() {
        network.calmDown();
    }

    @AfterEach
    void close() {
        nodes.forEach(node -> {
            node.pool.close(Duration.ZERO).join();
            node.shared.close();
        });
    }

    private static ConditionFactory eventually() {
        return await().atMost(WAIT).pollInterval(Duration.ofMillis(20));
    }

    private Node node() {
        Node node = new Node();
        nodes.add(node);
        eventually().until(node::isShared);
        return node;
    }

    /** One James: its limits, its pool, and what it has in use, oldest first. */
    private final class Node {
        final SharedLimits shared = SharedLimits.through(RedisAddress.parse(REDIS.url()), NODES, System::nanoTime);
        final Pool<FakeKey, Connection> pool =
            new Pool<>(network, LIMITS, OpeningGate.open(), shared.permits(String::valueOf));
        final Deque<CompletableFuture<Lease<Connection>>> asked = new ArrayDeque<>();

        boolean isShared() {
            return shared.problem().isEmpty();
        }

        CompletableFuture<Lease<Connection>> ask(String key) {
            CompletableFuture<Lease<Connection>> future = pool.acquire(FakeKey.of(key), WAIT);
            asked.add(future);
            return future;
        }

        /** Uses so many at once, and waits for them. */
        void use(String key, int count) {
            for (int i = 0; i < count; i++) {
                CompletableFuture<Lease<Connection>> one = ask(key);
                eventually().until(one::isDone);
                assertThat(one).isCompleted();
            }
        }

        /** Gives back the oldest that it has, and asks for another one at once. */
        void goOn(String key) {
            CompletableFuture<Lease<Connection>> oldest = asked.peek();
            if (oldest != null && oldest.isDone()) {
                asked.remove();
                oldest.join().release();
                CompletableFuture<Lease<Connection>> unused = ask(key);
            }
        }

        void release() {
            for (CompletableFuture<Lease<Connection>> one = asked.poll(); one != null; one = asked.poll()) {
                eventually().until(one::isDone);
                one.join().release();
            }
        }

        int open() {
            return pool.stats().open();
        }
    }

    @Test
    void togetherTheyNeverHaveMoreThanTheLimitOfAHost() throws Exception {
        List<Node> both = List.of(node(), node());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Node node = both.get(i % 2);
            SplittableRandom random = new SplittableRandom(i);
            threads.add(new Thread(() -> {
                for (int mail = 0; mail < 300; mail++) {
                    Lease<Connection> lease = node.pool.acquire(FakeKey.of("mx" + random.nextInt(3) + "/a"), WAIT).join();
                    if (random.nextInt(5) == 0) {
                        lease.discard(DiscardReason.CALLER);
                    } else {
                        lease.release();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(network.violations).isEmpty();
        assertThat(both).allSatisfy(node -> assertThat(node.pool.stats().acquired()).isEqualTo(1_200));
        assertThat(network.open.get()).isPositive();
    }

    @Test
    void whatOneDoesNotUseGoesToTheOther() {
        Node first = node();
        Node second = node();
        first.use("mx/a", LIMIT);
        first.release();
        assertThat(first.open()).as("in reserve").isEqualTo(LIMIT);
        second.use("mx/a", LIMIT);
        assertThat(second.open()).isEqualTo(LIMIT);
        assertThat(first.pool.stats().discarded(DiscardReason.MADE_ROOM)).isEqualTo(LIMIT);
        assertThat(network.violations).isEmpty();
    }

    @Test
    void ofTwoThatAreBusyEachHasHalf() {
        Node first = node();
        first.use("mx/a", LIMIT);
        Node second = node();
        for (int i = 0; i < LIMIT; i++) {
            CompletableFuture<Lease<Connection>> unused = second.ask("mx/a");
        }
        eventually().until(() -> {
            nodes.forEach(node -> node.goOn("mx/a"));
            return first.open() == LIMIT / 2 && second.open() == LIMIT / 2;
        });
        assertThat(network.violations).isEmpty();
    }

    @Test
    void moreNodesThanConnectionsTakeTurns() {
        // What is left is one, for two.
        node().use("mx/a", LIMIT - 1);
        Node first = node();
        first.use("mx/a", 1);
        Node second = node();
        CompletableFuture<Lease<Connection>> asked = second.ask("mx/a");
        eventually().until(() -> {
            first.goOn("mx/a");
            return asked.isDone();
        });
        assertThat(network.violations).isEmpty();
    }

    @Test
    void whatAKilledNodeHadIsFreeAgain() throws Exception {
        Process killed = HoldingNode.start(REDIS.url(), LIMIT);
        try {
            HoldingNode.awaitHolding(killed);
            Node node = node();
            CompletableFuture<Lease<Connection>> asked = node.ask("mx/a");
            eventually().until(() -> node.pool.stats().waiting() == 1 && node.shared.requests() > 5);
            assertThat(asked).as("while the other lives").isNotDone();
            killed.destroyForcibly().waitFor();
            eventually().until(asked::isDone);
            node.use("mx/a", LIMIT - 1);
            assertThat(node.open()).isEqualTo(LIMIT);
        } finally {
            killed.destroyForcibly().waitFor();
        }
    }

    @Test
    void withoutRedisEachKeepsToItsShareAndLaterTheyShareAgain() {
        Node first = node();
        Node second = node();
        first.use("mx/a", LIMIT);
        REDIS.kill();
        second.use("mx/a", LIMIT / NODES);
        CompletableFuture<Lease<Connection>> beyond = second.ask("mx/a");
        assertThat(first.shared.problem().or(second.shared::problem)).isPresent();
        first.release();
        eventually().until(() -> first.open() == LIMIT / NODES);
        assertThat(beyond).as("more than its share").isNotDone();
        assertThat(second.open()).isEqualTo(LIMIT / NODES);

        network.violations.clear();
        REDIS.run();
        eventually().until(() -> first.isShared() && second.isShared());
        eventually().until(beyond::isDone);
        second.use("mx/a", 1);
        assertThat(second.open()).as("all that the first does not use").isEqualTo(LIMIT);
        assertThat(network.violations).isEmpty();
    }

    @Test
    void aRedisThatHangsHoldsNobodyUp() {
        Node node = node();
        node.use("mx/a", 1);
        REDIS.halt();
        try {
            node.use("new/a", LIMIT / NODES);
            node.use("mx/a", 1);
            assertThat(node.shared.problem().orElseThrow()).contains("no answer within");
        } finally {
            REDIS.goOn();
        }
        eventually().until(node::isShared);
        node.use("new/a", LIMIT / NODES);
        assertThat(network.violations).isEmpty();
    }

    @Test
    void aRedisThatForgetsIsToldAgain() {
        Node first = node();
        Node second = node();
        first.use("mx/a", LIMIT - 1);
        REDIS.ask("flushall");
        eventually().until(() -> REDIS.ask("exists postlane:host:mx").equals("1"));
        second.use("mx/a", 1);
        CompletableFuture<Lease<Connection>> beyond = second.ask("mx/a");
        eventually().until(() -> second.pool.stats().waiting() == 1 && first.shared.requests() > 5);
        assertThat(beyond).isNotDone();
        assertThat(network.violations).isEmpty();
    }

    /** The others have told what they have: who wants more has been up for longer than it takes. */
    private void settleDown() {
        eventually().until(() -> nodes.stream().allMatch(node -> node.shared.requests() > 12));
    }

    @Test
    void aRedisThatWasEmptiedGivesNothingUntilAllHaveToldWhatTheyHave() {
        Node first = node();
        Node second = node();
        first.use("mx/a", LIMIT);
        CompletableFuture<Lease<Connection>> asked = second.ask("mx/a");
        settleDown();
        for (int i = 0; i < 3; i++) {
            long before = first.shared.requests() + second.shared.requests();
            REDIS.ask("flushall");
            eventually().until(() -> first.shared.requests() + second.shared.requests() > before + 6);
            assertThat(asked).isNotDone();
        }
        assertThat(first.open()).isEqualTo(LIMIT);
        first.release();
        eventually().until(asked::isDone);
        assertThat(network.violations).isEmpty();
    }

    @Test
    void aHostThatRedisHasEvictedIsToldAgainWithTheNextBeat() {
        Node first = node();
        first.use("mx/a", LIMIT);
        long before = first.shared.requests();
        REDIS.ask("del postlane:host:mx");
        eventually().until(() -> REDIS.ask("hvals postlane:host:mx").startsWith(LIMIT + " "));
        assertThat(first.shared.requests() - before).as("a beat a second, and what was told").isLessThan(30);
        assertThat(network.violations).isEmpty();
    }

    @Test
    void aMomentOfSilenceCostsNoConnection() {
        Node first = node();
        first.use("mx/a", LIMIT);
        first.release();
        REDIS.halt();
        try {
            eventually().until(() -> !first.isShared());
            first.use("new/a", LIMIT / NODES);
        } finally {
            REDIS.goOn();
        }
        eventually().until(first::isShared);
        assertThat(first.pool.stats().idle()).as("more than its share").isEqualTo(LIMIT);
        first.use("new/a", LIMIT / NODES);
        assertThat(first.pool.stats().discarded(DiscardReason.MADE_ROOM)).isZero();
        assertThat(network.violations).isEmpty();
    }

    @Test
    void whereRedisRefusesPermitsAloneEachKeepsToItsShareUntilItGivesThem() {
        Node node = node();
        REDIS.keys("~postlane:node:* ~postlane:notices:*");
        node.use("mx/a", LIMIT / NODES);
        CompletableFuture<Lease<Connection>> beyond = node.ask("mx/a");
        long before = node.shared.requests();
        eventually().until(() -> node.shared.requests() > before + 4);
        assertThat(node.isShared()).as("it answers").isTrue();
        assertThat(beyond).isNotDone();
        REDIS.keys("~postlane:*");
        eventually().until(beyond::isDone);
        node.use("mx/a", LIMIT - LIMIT / NODES - 1);
        assertThat(network.violations).isEmpty();
    }

    @Test
    void aRedisThatTakesNoWritesIsAsGoodAsNone() {
        Node node = node();
        REDIS.administer("config set maxmemory 1");
        eventually().until(() -> !node.isShared());
        assertThat(node.shared.problem().orElseThrow()).contains("maxmemory");
        node.use("mx/a", LIMIT / NODES);
        CompletableFuture<Lease<Connection>> beyond = node.ask("mx/a");
        assertThat(beyond).isNotDone();
        REDIS.administer("config set maxmemory 0");
        eventually().until(beyond::isDone);
        assertThat(network.violations).isEmpty();
    }
}
