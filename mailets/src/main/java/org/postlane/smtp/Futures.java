// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** What {@link CompletableFuture} lacks in Java 11. */
public final class Futures {
    private Futures() {
    }

    /** The outcome of {@code future}, or where it failed that of another one made from the root of its failure. */
    public static <T> CompletableFuture<T> recover(CompletableFuture<T> future,
                                                   Function<Throwable, CompletableFuture<T>> recovery) {
        CompletableFuture<T> result = new CompletableFuture<>();
        CompletableFuture<T> unused = future.whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
                return;
            }
            try {
                forward(recovery.apply(rootOf(failure)), result);
            } catch (RuntimeException | Error e) {
                // An error too: whoever waits for the result would wait for ever.
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** Gives the outcome of one future to another. */
    public static <T> void forward(CompletableFuture<T> from, CompletableFuture<T> to) {
        CompletableFuture<T> unused = from.whenComplete((value, failure) -> {
            if (failure == null) {
                to.complete(value);
            } else {
                to.completeExceptionally(rootOf(failure));
            }
        });
    }

    /** Has what is made of {@code part} end it too when it is cancelled. */
    public static void cancelWith(CompletableFuture<?> whole, CompletableFuture<?> part) {
        CompletableFuture<?> unused = whole.whenComplete((value, failure) -> {
            if (whole.isCancelled()) {
                boolean unusedAnswer = part.cancel(false);
            }
        });
    }

    /** The failure itself, out of the wrappers that composing futures puts around it. */
    public static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root instanceof CompletionException && root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    static IOException asIoException(Throwable failure) {
        Throwable root = rootOf(failure);
        return root instanceof IOException ? (IOException) root : new IOException(String.valueOf(root.getMessage()), root);
    }
}
