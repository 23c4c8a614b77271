// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postlane.pool.CountedNetwork.Connection;

/** Two credentials at one host: nobody ever gets a connection of the other's. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PoolKeysTest {
    private static final int INTERLEAVINGS = 10_000;
    /** So many wait at a time at most: a refused opening fails all who wait, and whom the line has no room for is refused. */
    private static final int IN_LINE = 40;
    private static final String[] CREDENTIALS = {"gateway/alice", "gateway/bob"};

    @Test
    void inTenThousandRandomInterleavingsEachLeaseIsOfTheKeyThatWasAskedFor() {
        int[] leases = new int[2];
        for (int seed = 0; seed < INTERLEAVINGS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            PoolFixture fixture = new PoolFixture(PoolLimits.builder().maxPerHost(1 + random.nextInt(3)).maxTotal(3));
            fixture.slow = true;
            List<Lease<FakeResource>> held = new ArrayList<>();
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                int who = random.nextInt(2);
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> {
                        String wanted = CREDENTIALS[who];
                        CompletableFuture<Void> unused = fixture.ask(wanted).thenAccept(lease -> {
                            if (!lease.resource().key.name().equals(wanted)) {
                                wrong.add(lease.resource() + " for " + wanted);
                            }
                            leases[who]++;
                            held.add(lease);
                        });
                    }
                    case 3, 4 -> {
                        if (!fixture.attempts.isEmpty()) {
                            fixture.finishOpening();
                        }
                    }
                    case 5 -> {
                        if (!fixture.attempts.isEmpty()) {
                            fixture.failOpening(new IOException("535"));
                        }
                    }
                    default -> {
                        if (!held.isEmpty()) {
                            held.remove(random.nextInt(held.size())).release();
                        }
                    }
                }
            }
            assertThat(wrong).as("seed %s", seed).isEmpty();
        }

        assertThat(leases[0]).isGreaterThan(INTERLEAVINGS);
        assertThat(leases[1]).isGreaterThan(INTERLEAVINGS);
    }

    @Test
    void fourThreadsThatAskForBothAtOnceEachGetTheirOwn() throws Exception {
        PoolLimits limits = PoolLimits.builder().maxPerHost(3).maxTotal(3).maxUses(20).build();
        CountedNetwork network = new CountedNetwork(limits);
        Pool<FakeKey, Connection> pool = new Pool<>(network, limits);
        Queue<CompletableFuture<?>> asked = new ConcurrentLinkedQueue<>();
        Semaphore places = new Semaphore(IN_LINE);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            FakeKey key = FakeKey.of(CREDENTIALS[i % 2]);
            threads.add(new Thread(() -> {
                for (int j = 0; j < INTERLEAVINGS; j++) {
                    while (!places.tryAcquire()) {
                        network.deliver();
                    }
                    asked.add(pool.acquire(key, Duration.ofMinutes(10)).thenAccept(lease -> {
                        lease.resource().hold(key);
                        lease.resource().letGo();
                        lease.release();
                    }).whenComplete((done, failure) -> places.release()));
                    network.deliver();
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        network.calmDown();
        Awaitility.await().until(() -> {
            network.deliver();
            return asked.stream().allMatch(CompletableFuture::isDone);
        });
        pool.close(Duration.ofMinutes(1)).join();

        assertThat(network.violations).isEmpty();
        assertThat(asked.stream().filter(one -> !one.isCompletedExceptionally()).count()).isGreaterThan(INTERLEAVINGS);
        assertThat(pool.stats().reused()).isPositive();
    }
}
