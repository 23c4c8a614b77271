// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The state of a pool behind its lock: a decision is taken under it, and what follows from it runs afterwards, without it, in the
 * same thread. Safe for use by several threads.
 */
final class Decisions<K extends PoolKey, R extends PooledResource> {
    private final ReentrantLock lock = new ReentrantLock();
    private final PoolState<K, R> state;

    Decisions(PoolState<K, R> state) {
        this.state = state;
    }

    void change(Consumer<PoolState<K, R>> decision) {
        List<Runnable> effects;
        lock.lock();
        try {
            decision.accept(state);
            effects = state.takeEffects();
        } finally {
            lock.unlock();
        }
        Trampoline.run(effects);
    }

    <T> T decide(Function<PoolState<K, R>, T> decision) {
        List<Runnable> effects;
        T result;
        lock.lock();
        try {
            result = decision.apply(state);
            effects = state.takeEffects();
        } finally {
            lock.unlock();
        }
        Trampoline.run(effects);
        return result;
    }

    /** For what changes nothing. */
    <T> T look(Function<PoolState<K, R>, T> question) {
        lock.lock();
        try {
            return question.apply(state);
        } finally {
            lock.unlock();
        }
    }
}
