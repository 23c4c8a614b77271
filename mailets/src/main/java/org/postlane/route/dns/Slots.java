// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Lets so many things be under way at once; the others wait in line, without a thread. Safe for use by several threads. */
final class Slots {
    private final Executor executor;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int free;

    /** So many slots; what was waiting begins on this executor. */
    Slots(int count, Executor executor) {
        this.free = count;
        this.executor = executor;
    }

    /** Begins this as soon as there is a slot, and has the slot until what it returned is complete. */
    <T> CompletableFuture<T> run(Supplier<CompletableFuture<T>> begin) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable task = () -> {
            CompletableFuture<T> begun;
            try {
                begun = begin.get();
            } catch (RuntimeException e) {
                begun = CompletableFuture.failedFuture(e);
            }
            CompletableFuture<T> unused = begun.whenComplete((value, failure) -> {
                release();
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        };
        synchronized (this) {
            if (free == 0) {
                waiting.add(task);
                return result;
            }
            free--;
        }
        task.run();
        return result;
    }

    private void release() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                free++;
                return;
            }
        }
        // Not here: where each one fails at once, they would stand on one another's stack.
        executor.execute(next);
    }
}
