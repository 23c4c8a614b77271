// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Waits for several futures. */
final class Gathered {
    private Gathered() {
    }

    /** What each of them came to, in order; fails when one does. */
    static <T> CompletableFuture<List<T>> of(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(new CompletableFuture<?>[0]))
            .thenApply(nothing -> futures.stream().map(CompletableFuture::join).collect(Collectors.toList()));
    }
}
