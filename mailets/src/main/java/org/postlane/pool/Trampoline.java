// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs effects one after the other in the thread that caused them. What an effect causes in its turn runs after it, not
 * inside it, so that a thousand futures that complete at once do not stack up. Safe for use by several threads.
 */
final class Trampoline {
    private static final Logger LOGGER = LoggerFactory.getLogger(Trampoline.class);

    /** Stays with the thread: a new one for each return of a lease costs more than the rest of it. */
    private static final ThreadLocal<Trampoline> MINE = ThreadLocal.withInitial(Trampoline::new);

    private final Deque<Runnable> pending = new ArrayDeque<>();
    private boolean running;

    private Trampoline() {
    }

    static void run(Collection<? extends Runnable> effects) {
        if (effects.isEmpty()) {
            return;
        }
        Trampoline mine = MINE.get();
        mine.pending.addAll(effects);
        if (!mine.running) {
            mine.runAll();
        }
    }

    private void runAll() {
        running = true;
        try {
            for (Runnable effect = pending.poll(); effect != null; effect = pending.poll()) {
                runOne(effect);
            }
        } finally {
            running = false;
        }
    }

    /** An effect that fails must not take the others with it: each holds somebody's slot. */
    private static void runOne(Runnable effect) {
        try {
            effect.run();
        } catch (RuntimeException | Error e) {
            LOGGER.error("An effect of the pool has failed", e);
        }
    }
}
