// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A connection whose every answer the test decides. For tests of one thread. */
final class FakeResource implements PooledResource {
    final FakeKey key;
    final int number;
    final List<String> calls = new ArrayList<>();
    boolean usable = true;
    Optional<DiscardReason> fault = Optional.empty();
    int usesAllowed = Integer.MAX_VALUE;
    int leasesAtOnce = 1;
    CompletableFuture<Boolean> reset = CompletableFuture.completedFuture(true);
    CompletableFuture<Void> close = CompletableFuture.completedFuture(null);
    private final List<Runnable> onClosed = new ArrayList<>();

    FakeResource(FakeKey key, int number) {
        this.key = key;
        this.number = number;
    }

    void die() {
        usable = false;
        onClosed.forEach(Runnable::run);
    }

    /** From now on, the farewell takes until the test completes {@link #close}. */
    FakeResource closingSlowly() {
        close = new CompletableFuture<>();
        return this;
    }

    @Override
    public boolean isUsable() {
        return usable;
    }

    @Override
    public Optional<DiscardReason> fault() {
        return fault;
    }

    @Override
    public CompletableFuture<Boolean> reset() {
        calls.add("reset");
        return reset;
    }

    @Override
    public CompletableFuture<Void> close() {
        calls.add("close");
        return close;
    }

    @Override
    public void abort() {
        calls.add("abort");
    }

    @Override
    public void onClosed(Runnable action) {
        onClosed.add(action);
    }

    @Override
    public int usesAllowed() {
        return usesAllowed;
    }

    @Override
    public int leasesAtOnce() {
        return leasesAtOnce;
    }

    @Override
    public String toString() {
        return key + "#" + number;
    }
}
