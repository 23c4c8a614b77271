// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.pool.DiscardReason.BROKEN;
import static org.postlane.pool.DiscardReason.CALLER;
import static org.postlane.pool.DiscardReason.DIED_IDLE;
import static org.postlane.pool.DiscardReason.MADE_ROOM;
import static org.postlane.pool.DiscardReason.POOL_CLOSED;
import static org.postlane.pool.DiscardReason.RESET_REFUSED;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postlane.pool.CountedNetwork.Connection;

/** Many threads, random operations, and peers that count. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PoolStressTest {
    private static final int THREADS = 4;
    private static final int HOSTS = 5;
    private static final PoolLimits LIMITS = PoolLimits.builder().maxPerHost(3).maxTotal(8).maxUses(10).maxWaitersPerHost(10)
        .maxWaiters(30).idleTimeout(Duration.ofMillis(2)).maxAge(Duration.ofMillis(50)).build();

    private CountedNetwork network = new CountedNetwork(LIMITS);
    private Pool<FakeKey, Connection> pool = new Pool<>(network, LIMITS, this::gate);
    private Queue<Held> held = new ConcurrentLinkedQueue<>();
    private Queue<CompletableFuture<Lease<Connection>>> asked = new ConcurrentLinkedQueue<>();

    private final AtomicLong operations = new AtomicLong();

    private record Held(Lease<Connection> lease, Connection connection, AtomicBoolean busy) {
        void letFollow() {
            if (busy.getAndSet(false)) {
                connection.letFollow();
            }
            lease.letFollow();
        }

        void release() {
            connection.letGo(busy.get());
            lease.release();
        }

        void discard() {
            connection.letGo(busy.get());
            lease.discard(CALLER);
        }
    }

    @AfterEach
    void stop() {
        pool.close(Duration.ZERO).join();
    }

    @Test
    void aMillionRandomOperationsExceedNoLimitLoseNoSlotAndCloseEachConnectionOnce() throws Exception {
        run(300_000);
        assertThat(operations).hasValue(1_200_000);
        for (CompletableFuture<Lease<Connection>> last : asked) {
            last.cancel(false);
        }
        network.calmDown();
        Awaitility.await().untilAsserted(() -> {
            releaseAll();
            PoolStats stats = pool.stats();
            assertThat(stats.waiting() + stats.leased() + stats.opening()).as("%s", stats).isZero();
        });

        assertThat(network.violations).isEmpty();
        assertThat(pool.stats().open()).isBetween(network.open.get(), LIMITS.maxTotal());
        assertThat(fullCapacity()).as("the full capacity, all leased at once").hasSize(LIMITS.maxTotal());
        releaseAll();
        PoolStats stats = pool.stats();
        pool.close(Duration.ofMinutes(1)).join();

        assertThat(network.violations).isEmpty();
        assertThat(network.all).allMatch(Connection::hasEnded).allMatch(connection -> connection.closeCalls.get() == 1);
        assertThat(network.open).hasValue(0);
        assertThat(stats.opened()).isEqualTo(network.all.size());
        assertThat(network.permits).as("each opening was counted once").hasValue(stats.opened() + stats.failedToOpen());
        assertThat(pool.stats().discarded().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(network.all.size());
        assertThat(stats.reused()).as("%s", stats).isGreaterThan(1_000);
        assertThat(stats.followed()).as("%s", stats).isGreaterThan(100);
        assertThat(stats.timedOut()).isPositive();
        assertThat(stats.failedToOpen()).isPositive();
        // The other reasons depend on the machine's speed.
        for (DiscardReason reason : List.of(DIED_IDLE, RESET_REFUSED, BROKEN, MADE_ROOM, POOL_CLOSED, CALLER)) {
            assertThat(pool.stats().discarded(reason)).as("%s happened, %s", reason, pool.stats()).isPositive();
        }
    }

    @Test
    void aPoolThatIsClosedInTheMiddleOfTheWorkLeavesNothingOpen() throws Exception {
        for (int round = 0; round < 30; round++) {
            Duration grace = Duration.ofMillis(round % 3);
            Thread closer = new Thread(() -> {
                Awaitility.await().pollInterval(Duration.ofMillis(1)).pollDelay(Duration.ZERO)
                    .until(() -> operations.get() >= 2_000);
                pool.close(grace).join();
            });
            closer.start();
            run(2_000);
            closer.join();
            operations.set(0);
            Awaitility.await().untilAsserted(() -> {
                releaseAll();
                assertThat(network.open.get() + pool.stats().open()).as("%s", pool.stats()).isZero();
            });

            assertThat(asked).allMatch(CompletableFuture::isDone);
            assertThat(network.violations).isEmpty();
            assertThat(network.all).allMatch(Connection::hasEnded).allMatch(connection -> connection.closeCalls.get() <= 1);
            stop();
            network = new CountedNetwork(LIMITS);
            pool = new Pool<>(network, LIMITS, this::gate);
            held = new ConcurrentLinkedQueue<>();
            asked = new ConcurrentLinkedQueue<>();
        }
    }

    /** Called under the pool's lock before each opening: the one moment at which the rule can be seen kept. */
    private long gate(FakeKey key) {
        for (HostStats host : pool.hosts()) {
            if (host.host().equals(key.host()) && host.opening() >= Math.max(1, host.leased() + host.idle())) {
                network.violations.add("one more opening begins to " + host);
            }
        }
        if (!network.isCalm() && ThreadLocalRandom.current().nextInt(10) == 0) {
            return ThreadLocalRandom.current().nextInt(1_000_000);
        }
        network.permits.incrementAndGet();
        return 0;
    }

    private void run(int operationsPerThread) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = new SplittableRandom(i);
            threads.add(new Thread(() -> {
                for (int operation = 0; operation < operationsPerThread; operation++) {
                    operate(random);
                    operations.incrementAndGet();
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void operate(SplittableRandom random) {
        network.deliver();
        int chance = random.nextInt(1_000);
        if (chance < 450) {
            ask(random);
        } else if (chance < 550) {
            letFollow();
        } else if (chance < 900) {
            giveBack(random.nextInt(10) == 0);
        } else if (chance < 980) {
            CompletableFuture<Lease<Connection>> one = asked.poll();
            if (one != null && !one.cancel(false)) {
                giveBack(false);
            }
        } else {
            kill(random);
        }
    }

    private void ask(SplittableRandom random) {
        // The first host is asked as often as all the others together.
        int host = Math.max(0, random.nextInt(2 * HOSTS) - HOSTS);
        FakeKey key = FakeKey.of("mx" + host + "/" + random.nextInt(3));
        Duration wait = Duration.ofNanos(random.nextInt(3_000_000));
        CompletableFuture<Lease<Connection>> future = random.nextInt(20) == 0
            ? pool.acquireFresh(key, wait) : pool.acquire(key, wait);
        CompletableFuture<Void> unused = future.thenAccept(lease -> {
            lease.resource().hold(key);
            held.add(new Held(lease, lease.resource(), new AtomicBoolean(true)));
        });
        asked.add(future);
        if (random.nextInt(50) == 0) {
            asked.removeIf(CompletableFuture::isDone);
        }
    }

    private void letFollow() {
        Held one = held.poll();
        if (one != null) {
            one.letFollow();
            held.add(one);
        }
    }

    private void giveBack(boolean discard) {
        Held one = held.poll();
        if (one != null && discard) {
            one.discard();
        } else if (one != null) {
            one.release();
        }
    }

    private void kill(SplittableRandom random) {
        Connection victim = network.recent.get(random.nextInt(network.recent.length()));
        if (victim != null && random.nextBoolean()) {
            victim.end();
        } else if (victim != null) {
            victim.loseSync();
        }
    }

    private void releaseAll() {
        for (int i = 0; i < 1_000; i++) {
            network.deliver();
        }
        for (Held one = held.poll(); one != null; one = held.poll()) {
            one.release();
        }
    }

    private List<Lease<Connection>> fullCapacity() {
        List<CompletableFuture<Lease<Connection>>> wanted = new ArrayList<>();
        for (int i = 0; i < LIMITS.maxTotal(); i++) {
            FakeKey key = FakeKey.of("mx" + i / LIMITS.maxPerHost() + "/full");
            wanted.add(pool.acquireFresh(key, Duration.ofMinutes(1)));
        }
        List<Lease<Connection>> leases = wanted.stream().map(CompletableFuture::join).toList();
        leases.forEach(lease -> held.add(new Held(lease, lease.resource(), new AtomicBoolean(true))));
        return leases;
    }
}
