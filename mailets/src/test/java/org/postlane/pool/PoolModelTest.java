// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postlane.pool.ModelNetwork.Attempt;
import org.postlane.pool.ModelNetwork.Peer;
import org.postlane.testing.VirtualTime;

/** Random operations in one thread, and after each of them the pool must hold exactly what a model of it says. */
class PoolModelTest {
    private static final int HOSTS = 4;
    private static final int KEYS = 3;

    private final List<Held> held = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private VirtualTime timers;
    private SplittableRandom random;
    private PoolLimits limits;
    private ModelNetwork network;
    private Pool<FakeKey, Peer> pool;
    private long operations;
    private boolean abandoned;
    private long stalled;
    private long givenUp;
    private long followed;

    private static final class Held {
        private final Lease<Peer> lease;
        private final Peer peer;
        private boolean busy = true;

        private Held(Lease<Peer> lease, Peer peer) {
            this.lease = lease;
            this.peer = peer;
        }
    }

    private record Asked(FakeKey key, CompletableFuture<Lease<Peer>> future) { }

    private void start(long seed, boolean hasty) {
        random = new SplittableRandom(seed);
        timers = new VirtualTime();
        int maxPerHost = 1 + random.nextInt(5);
        limits = PoolLimits.builder().maxPerHost(maxPerHost).maxTotal(maxPerHost + random.nextInt(8))
            .maxUses(1 + random.nextInt(8)).maxWaitersPerHost(12).maxWaiters(30).build();
        network = new ModelNetwork(random, limits, hasty);
        pool = new Pool<>(network, limits, network, timers, timers::now, random::nextDouble);
        abandoned = false;
        held.clear();
        asked.clear();
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1000, false"})
    void afterEachOfAMillionOperationsThePoolHoldsWhatTheModelSays(long firstSeed, boolean hasty) {
        for (long seed = firstSeed; seed < firstSeed + 50; seed++) {
            start(seed, hasty);
            for (int i = 0; i < 12_000; i++) {
                operate();
                compare(seed, i);
            }
            everyConnectionCanBeHadAndEnds(seed);
        }

        assertThat(operations).isEqualTo(600_000);
        assertThat(givenUp).as("openings that were given up").isPositive();
        assertThat(followed).as("leases behind others").isGreaterThan(1_000);
        assertThat(stalled).as("openings that stalled longer than those behind them waited").isPositive();
    }

    @Test
    void closingInTheMiddleLeavesNothing() {
        for (long seed = 2_000; seed < 2_200; seed++) {
            start(seed, seed % 2 == 0);
            int closeAt = random.nextInt(400);
            CompletableFuture<Void> closed = null;
            for (int i = 0; i < 600; i++) {
                if (i == closeAt) {
                    closed = pool.close(Duration.ofSeconds(random.nextInt(30)));
                    abandoned = closed.isDone();
                }
                operate();
                // Its own time-out, which the operation may have reached, leaves nothing to compare but the end.
                abandoned |= closed != null && closed.isDone();
                compare(seed, i);
            }
            network.calmDown();
            timers.advance(Duration.ofMinutes(1));
            while (!network.attempts.isEmpty()) {
                network.finish();
            }
            held.forEach(one -> one.lease.release());

            assertThat(closed).isCompleted();
            assertThat(asked).allMatch(one -> one.future.isDone());
            assertThat(pool.stats().open()).as("seed %s", seed).isZero();
            assertThat(pool.hosts()).isEmpty();
            assertThat(network.peers).allMatch(Peer::hasEnded);
            assertThat(discarded(pool.stats())).isEqualTo(network.opened() + network.givenUp());
            assertThat(timers.pending()).as("seed %s", seed).isZero();
        }
    }

    private void operate() {
        operations++;
        int chance = random.nextInt(100);
        if (chance < 40) {
            ask();
        } else if (chance < 62) {
            giveBack();
        } else if (chance < 70) {
            pick(held).ifPresent(this::letFollow);
        } else if (chance < 80) {
            network.finish().ifPresent(this::nobodyIsLeftBehind);
        } else if (chance < 86) {
            pick(network.peers).ifPresent(Peer::proceed);
        } else if (chance < 90) {
            pick(network.peers).ifPresent(random.nextBoolean() ? Peer::end : Peer::loseSync);
        } else if (chance < 94) {
            pick(asked).ifPresent(random.nextBoolean() ? one -> one.future.cancel(false)
                : one -> pool.cutShort(one.future, Duration.ofSeconds(random.nextInt(3))));
        } else {
            timers.advance(Duration.ofMillis(random.nextInt(random.nextInt(20) == 0 ? 60_000 : 2_000)));
        }
    }

    private <T> Optional<T> pick(List<T> list) {
        return list.isEmpty() ? Optional.empty() : Optional.of(list.get(random.nextInt(list.size())));
    }

    private void ask() {
        // The first host is asked as often as all the others together.
        FakeKey key = FakeKey.of("mx" + Math.max(0, random.nextInt(2 * HOSTS) - HOSTS) + "/" + random.nextInt(KEYS));
        Duration wait = Duration.ofMillis(random.nextInt(30_000));
        CompletableFuture<Lease<Peer>> future = random.nextInt(10) == 0 ? pool.acquireFresh(key, wait) : pool.acquire(key, wait);
        CompletableFuture<Void> unused = future.handle((lease, failure) -> {
            if (failure != null) {
                stalled += failure instanceof OpeningStalledException ? 1 : 0;
                return null;
            }
            Peer peer = lease.resource();
            if (lease.isFollowing() != peer.holders > 0) {
                network.violations.add("does not know whether it follows: " + lease.isFollowing());
            }
            followed += lease.isFollowing() ? 1 : 0;
            peer.lease(key);
            held.add(new Held(lease, peer));
            return null;
        });
        asked.add(new Asked(key, future));
    }

    private void giveBack() {
        if (!held.isEmpty()) {
            Held one = held.remove(random.nextInt(held.size()));
            one.peer.letGo(one.busy);
            if (random.nextInt(8) == 0) {
                one.lease.discard(DiscardReason.CALLER);
            } else {
                one.lease.release();
            }
        }
    }

    private void letFollow(Held one) {
        if (one.busy) {
            one.busy = false;
            one.peer.busy = false;
        }
        one.lease.letFollow();
    }

    private void nobodyIsLeftBehind(Attempt failed) {
        boolean another = network.attempts.stream().anyMatch(attempt -> attempt.key().equals(failed.key()));
        if (!another && asked.stream().anyMatch(one -> one.key.equals(failed.key()) && !one.future.isDone())) {
            network.violations.add("somebody still waits for " + failed.key() + " after its opening has failed");
        }
    }

    private void compare(long seed, int step) {
        asked.removeIf(one -> one.future.isDone());
        network.peers.removeIf(peer -> peer.hasEnded() && !peer.isLeased() && peer.closeCalls > 0);
        if (!network.violations.isEmpty()) {
            throw new AssertionError("seed " + seed + ", operation " + step + ": " + network.violations);
        }
        if (abandoned) {
            return;
        }
        PoolStats stats = pool.stats();
        int leased = 0;
        int closing = 0;
        int alive = 0;
        for (Peer peer : network.peers) {
            leased += peer.isLeased() ? 1 : 0;
            closing += peer.isClosing() ? 1 : 0;
            alive += peer.hasEnded() || peer.isLeased() || peer.isClosing() ? 0 : 1;
        }
        if (stats.opening() != network.attempts.size() || stats.leased() != leased || stats.closing() != closing
            || stats.idle() != alive || stats.waiting() != asked.size()
            || discarded(stats) + leased + alive != network.opened() + network.givenUp()) {
            throw new AssertionError("seed " + seed + ", operation " + step + ": " + stats + ", but the model has opening "
                + network.attempts.size() + ", leased " + leased + ", idle " + alive + ", closing " + closing + ", waiting "
                + asked.size() + ", opened " + network.opened());
        }
        int[] sums = new int[3];
        for (HostStats host : pool.hosts()) {
            sums[0] += host.open();
            sums[1] += host.waiting();
            sums[2] += host.opening();
            boolean hasSlot = host.open() < limits.maxPerHost() && stats.open() < limits.maxTotal();
            boolean mayOpen = host.opening() < Math.max(1, network.good(host.host().toString()));
            if (host.waiting() > host.opening() && hasSlot && mayOpen && !host.paced()) {
                throw new AssertionError("seed " + seed + ", operation " + step + ": nobody opens for " + host);
            }
            boolean underWay = host.opening() > 0 || host.leased() > 0 || host.closing() > 0 || host.paced();
            boolean roomIsMade = stats.open() == limits.maxTotal() && (stats.closing() > 0 || stats.idle() == 0);
            if (host.waiting() > 0 && !underWay && !roomIsMade) {
                throw new AssertionError("seed " + seed + ", operation " + step + ": no help for " + host + ", " + stats);
            }
        }
        if (sums[0] != stats.open() || sums[1] != stats.waiting() || sums[2] != stats.opening()) {
            throw new AssertionError("The hosts do not add up to " + stats + ": " + pool.hosts());
        }
    }

    private static long discarded(PoolStats stats) {
        long sum = 0;
        for (long count : stats.discarded().values()) {
            sum += count;
        }
        return sum;
    }

    private void everyConnectionCanBeHadAndEnds(long seed) {
        network.calmDown();
        new ArrayList<>(asked).forEach(one -> one.future.cancel(false));
        while (!network.attempts.isEmpty()) {
            network.finish();
        }
        new ArrayList<>(network.peers).forEach(Peer::proceed);
        while (!held.isEmpty()) {
            giveBack();
        }
        timers.advance(Duration.ofMinutes(1));
        assertThat(pool.stats().open()).as("seed %s: all that rested has been closed", seed).isZero();
        for (int i = 0; i < limits.maxTotal(); i++) {
            FakeKey key = FakeKey.of("mx" + i / limits.maxPerHost() + "/full");
            assertThat(pool.acquireFresh(key, Duration.ofSeconds(1))).as("seed %s, %s", seed, pool.stats()).isCompleted();
        }
        assertThat(pool.stats().leased()).isEqualTo(limits.maxTotal());
        assertThat(pool.close(Duration.ZERO)).isCompleted();
        assertThat(pool.stats().open()).isZero();
        assertThat(discarded(pool.stats())).as("seed %s", seed).isEqualTo(network.opened() + network.givenUp());
        assertThat(network.violations).isEmpty();
        assertThat(timers.pending()).as("seed %s", seed).isZero();
        givenUp += network.givenUp();
    }
}
