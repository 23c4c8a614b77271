// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * Peers for one thread that know at each moment what the pool must know too, and the pace of openings. What the pool does
 * against a rule is noted, since an exception here would only be one more failure to the pool.
 */
final class ModelNetwork implements ResourceFactory<FakeKey, ModelNetwork.Peer>, OpeningGate<FakeKey> {
    final List<String> violations = new ArrayList<>();
    final List<Attempt> attempts = new ArrayList<>();
    final List<Peer> peers = new ArrayList<>();
    private final Map<String, Integer> good = new HashMap<>();
    private final Map<String, Integer> opening = new HashMap<>();
    private final SplittableRandom random;
    private final PoolLimits limits;
    /** Whether an opening may have its outcome at once. */
    private final boolean hasty;
    private boolean calm;
    private int permits;
    private long opened;
    private long givenUp;

    record Attempt(FakeKey key, CompletableFuture<Peer> future) { }

    ModelNetwork(SplittableRandom random, PoolLimits limits, boolean hasty) {
        this.random = random;
        this.limits = limits;
        this.hasty = hasty;
    }

    /** From now on, everything succeeds at once. */
    void calmDown() {
        calm = true;
    }

    private boolean chance(int percent) {
        return !calm && random.nextInt(100) < percent;
    }

    int good(String host) {
        return good.getOrDefault(host, 0);
    }

    int opening(String host) {
        return opening.getOrDefault(host, 0);
    }

    long opened() {
        return opened;
    }

    /** Attempts that the pool gave up. */
    long givenUp() {
        return givenUp;
    }

    @Override
    public long nanosUntilOpening(FakeKey key) {
        if (chance(30)) {
            return 1 + random.nextLong(3_000_000_000L);
        }
        permits++;
        return 0;
    }

    @Override
    public CompletableFuture<Peer> open(FakeKey key) {
        if (--permits < 0) {
            violations.add("opened without asking for the pace");
        }
        if (opening(key.host()) >= Math.max(1, good(key.host()))) {
            violations.add(opening(key.host()) + " opening and " + good(key.host()) + " in good order, one more opened");
        }
        opening.merge(key.host(), 1, Integer::sum);
        check(key.host());
        if (calm || (hasty && random.nextBoolean())) {
            return chance(40) ? CompletableFuture.failedFuture(failed(key)) : CompletableFuture.completedFuture(succeeded(key));
        }
        Attempt attempt = new Attempt(key, new CompletableFuture<>());
        attempts.add(attempt);
        CompletableFuture<Peer> unused = attempt.future.whenComplete((peer, failure) -> {
            if (attempt.future.isCancelled()) {
                attempts.remove(attempt);
                opening.merge(key.host(), -1, Integer::sum);
                givenUp++;
            }
        });
        return attempt.future;
    }

    private void check(String host) {
        long toHost = opening(host) + peers.stream().filter(peer -> peer.key.host().equals(host) && !peer.ended).count();
        long inAll = opening.values().stream().mapToInt(Integer::intValue).sum()
            + peers.stream().filter(peer -> !peer.ended).count();
        if (toHost > limits.maxPerHost() || inAll > limits.maxTotal()) {
            violations.add(toHost + " open to " + host + " and " + inAll + " in all");
        }
    }

    /** Lets one attempt have its outcome; returns it if it failed and the host had nothing in good order. */
    Optional<Attempt> finish() {
        if (attempts.isEmpty()) {
            return Optional.empty();
        }
        Attempt attempt = attempts.remove(random.nextInt(attempts.size()));
        if (chance(40)) {
            boolean nothingElse = good(attempt.key.host()) == 0;
            attempt.future.completeExceptionally(failed(attempt.key));
            return nothingElse ? Optional.of(attempt) : Optional.empty();
        }
        attempt.future.complete(succeeded(attempt.key));
        return Optional.empty();
    }

    private IOException failed(FakeKey key) {
        opening.merge(key.host(), -1, Integer::sum);
        return new IOException("refused");
    }

    private Peer succeeded(FakeKey key) {
        opening.merge(key.host(), -1, Integer::sum);
        opened++;
        Peer peer = new Peer(key);
        peers.add(peer);
        return peer;
    }

    final class Peer implements PooledResource {
        final FakeKey key;
        /** Most leases at once; it changes its mind. */
        int most = 1 + random.nextInt(4);
        /** Leases that are out. */
        int holders;
        /** One of them has not let anybody follow. */
        boolean busy;
        int leases;
        int closeCalls;
        private boolean countedGood = true;
        private boolean ended;
        private boolean outOfSync;
        private CompletableFuture<Boolean> reset;
        private CompletableFuture<Void> close;
        private Runnable onClosed = () -> { };

        Peer(FakeKey key) {
            this.key = key;
            good.merge(key.host(), 1, Integer::sum);
        }

        private void noLongerGood() {
            if (countedGood) {
                countedGood = false;
                good.merge(key.host(), -1, Integer::sum);
            }
        }

        boolean hasEnded() {
            return ended;
        }

        /** With its holder, or being reset: also when it has ended meanwhile. */
        boolean isLeased() {
            return holders > 0 || reset != null;
        }

        boolean isClosing() {
            return closeCalls > 0 && !ended;
        }

        void lease(FakeKey wanted) {
            if (busy || (holders > 0 && holders >= most) || reset != null || closeCalls > 0 || !key.equals(wanted)) {
                violations.add("leased beyond what was allowed, after its end, or for another key: " + holders + " of " + most
                    + " have it, one of them alone: " + busy + ", closed " + closeCalls + ", reset " + reset + ", " + key
                    + " for " + wanted);
            }
            if (++leases > limits.maxUses()) {
                violations.add("leased " + leases + " times");
            }
            holders++;
            busy = true;
        }

        void letGo(boolean wasBusy) {
            holders--;
            if (wasBusy) {
                busy = false;
            }
        }

        void loseSync() {
            outOfSync = true;
        }

        void end() {
            if (!ended) {
                ended = true;
                noLongerGood();
                onClosed.run();
                if (close != null) {
                    close.complete(null);
                }
            }
        }

        /** Lets what is under way have its outcome. */
        void proceed() {
            if (reset != null) {
                CompletableFuture<Boolean> answered = reset;
                reset = null;
                answered.complete(!chance(20));
            } else if (isClosing()) {
                end();
            }
        }

        @Override
        public boolean isUsable() {
            return !outOfSync && !ended;
        }

        @Override
        public int leasesAtOnce() {
            most = isUsable() ? 1 + random.nextInt(4) : 1;
            return most;
        }

        @Override
        public CompletableFuture<Boolean> reset() {
            if (holders > 0 || closeCalls > 0) {
                violations.add("reset while leased or closed");
            }
            if (chance(30)) {
                reset = new CompletableFuture<>();
                return reset;
            }
            return CompletableFuture.completedFuture(!chance(10));
        }

        @Override
        public CompletableFuture<Void> close() {
            if (holders > 0 || ++closeCalls > 1) {
                violations.add("closed while leased, or twice");
            }
            reset = null;
            noLongerGood();
            if (chance(40)) {
                close = new CompletableFuture<>();
                return ended ? CompletableFuture.completedFuture(null) : close;
            }
            end();
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void abort() {
            end();
        }

        @Override
        public void onClosed(Runnable action) {
            onClosed = action;
        }
    }
}
