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

    private static final ThreadLocal<Deque<Runnable>> PENDING = new ThreadLocal<>();

    private Trampoline() {
    }

    static void run(Collection<? extends Runnable> effects) {
        if (effects.isEmpty()) {
            return;
        }
        Deque<Runnable> outer = PENDING.get();
        if (outer != null) {
            outer.addAll(effects);
            return;
        }
        Deque<Runnable> queue = new ArrayDeque<>(effects);
        PENDING.set(queue);
        try {
            for (Runnable effect = queue.poll(); effect != null; effect = queue.poll()) {
                runOne(effect);
            }
        } finally {
            PENDING.remove();
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
