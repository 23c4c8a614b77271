// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The order in which things happen on one connection: each waits for everything before it, but for what may follow
 * something that has said all it has to say and only waits for its answer.
 *
 * <p>Used on the connection's event loop.
 */
final class Turns {
    private final Deque<Turn<?>> waiting = new ArrayDeque<>();
    private final List<Turn<?>> underWay = new ArrayList<>();
    private final Runnable onChange;
    private boolean advancing;

    /**
     * No turns yet.
     *
     * @param onChange told when one has begun, and when one has ended, before its result is given
     */
    Turns(Runnable onChange) {
        this.onChange = onChange;
    }

    /** Takes a turn that nothing overlaps: a command that ends a group (RFC 2920 3.1) is no place to go on behind. */
    <T> CompletableFuture<T> take(Supplier<CompletableFuture<T>> operation) {
        return add(new Turn<>(() -> false, false, operation));
    }

    /**
     * Takes a turn that may overlap others that may.
     *
     * @param mayOverlap whether it may begin now although what went before is under way; asked again at {@link #advance}
     * @param operation begins it
     */
    <T> CompletableFuture<T> take(BooleanSupplier mayOverlap, Supplier<CompletableFuture<T>> operation) {
        return add(new Turn<>(mayOverlap, true, operation));
    }

    private <T> CompletableFuture<T> add(Turn<T> turn) {
        waiting.add(turn);
        advance();
        return turn.result;
    }

    /** How many have begun and have no outcome. */
    int underWay() {
        return underWay.size();
    }

    /** Begins what may begin now. */
    void advance() {
        if (advancing) {
            return;
        }
        advancing = true;
        try {
            while (!waiting.isEmpty() && mayBegin(waiting.peek())) {
                begin(waiting.remove());
            }
        } finally {
            advancing = false;
        }
    }

    private boolean mayBegin(Turn<?> next) {
        return underWay.isEmpty()
            || (underWay.stream().allMatch(turn -> turn.overlaps) && next.mayOverlap.getAsBoolean());
    }

    private <T> void begin(Turn<T> turn) {
        underWay.add(turn);
        onChange.run();
        CompletableFuture<T> outcome;
        try {
            outcome = turn.operation.get();
        } catch (RuntimeException | Error e) {
            // Whoever waits for the result would wait for ever, and so would everything behind it.
            outcome = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<T> unused = outcome.whenComplete((value, failure) -> {
            underWay.remove(turn);
            onChange.run();
            if (failure == null) {
                turn.result.complete(value);
            } else {
                turn.result.completeExceptionally(Futures.rootOf(failure));
            }
            advance();
        });
    }

    private static final class Turn<T> {
        private final BooleanSupplier mayOverlap;
        private final boolean overlaps;
        private final Supplier<CompletableFuture<T>> operation;
        private final CompletableFuture<T> result = new CompletableFuture<>();

        private Turn(BooleanSupplier mayOverlap, boolean overlaps, Supplier<CompletableFuture<T>> operation) {
            this.mayOverlap = mayOverlap;
            this.overlaps = overlaps;
            this.operation = operation;
        }
    }
}
