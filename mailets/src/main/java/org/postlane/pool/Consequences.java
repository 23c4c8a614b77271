// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.ArrayList;
import java.util.List;

/** Keeps what decisions cause, in order, until the lock is free. Guarded by the pool's lock. */
final class Consequences<K extends PoolKey, R extends PooledResource> implements Effects<K, R> {
    private final Effects<K, R> outside;
    private List<Runnable> effects = new ArrayList<>();

    Consequences(Effects<K, R> outside) {
        this.outside = outside;
    }

    List<Runnable> take() {
        if (effects.isEmpty()) {
            return List.of();
        }
        List<Runnable> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    @Override
    public void open(Opening<K, R> opening) {
        effects.add(() -> outside.open(opening));
    }

    @Override
    public void giveUp(Opening<K, R> opening) {
        effects.add(() -> outside.giveUp(opening));
    }

    @Override
    public void close(Entry<K, R> entry, DiscardReason reason) {
        effects.add(() -> outside.close(entry, reason));
    }

    @Override
    public void abort(Entry<K, R> entry) {
        effects.add(() -> outside.abort(entry));
    }

    @Override
    public void deliver(Waiter<K, R> waiter, Entry<K, R> entry) {
        effects.add(() -> outside.deliver(waiter, entry));
    }

    @Override
    public void fail(Waiter<K, R> waiter, Throwable cause) {
        effects.add(() -> outside.fail(waiter, cause));
    }

    @Override
    public void reapAt(long deadline) {
        effects.add(() -> outside.reapAt(deadline));
    }

    @Override
    public void resumeAt(long deadline) {
        effects.add(() -> outside.resumeAt(deadline));
    }

    @Override
    public void drained() {
        effects.add(outside::drained);
    }
}
