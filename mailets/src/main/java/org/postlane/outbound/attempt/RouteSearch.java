// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.postlane.route.Route;

/**
 * The search for a route while a turn waits for it: DNS may take half a minute, and others may want the turn. Safe for use by
 * several threads.
 */
final class RouteSearch {
    /** Nothing is wrong with the mail or its destination but that DNS took long while others waited. */
    static final class GaveWayException extends Exception {
        private static final long serialVersionUID = 1L;

        private GaveWayException(Duration stalledFor) {
            super("4.4.3 DNS had not answered after " + stalledFor.toSeconds() + " s, and others waited for the place", null,
                false, false);
        }
    }

    private final long began = System.nanoTime();
    private final CompletableFuture<Route> end;

    /** @param asked others may be asking the same, so that it goes on whatever becomes of this */
    RouteSearch(CompletableFuture<Route> asked) {
        this.end = asked.copy();
    }

    /** Fails as the search does, or with a {@link GaveWayException}. */
    CompletableFuture<Route> end() {
        return end;
    }

    /** For how long it has lasted, in nanoseconds. */
    long nanosStalled() {
        return System.nanoTime() - began;
    }

    /** Waits no longer, where it has waited for so long. */
    void giveWay(Duration stalledFor) {
        if (nanosStalled() >= stalledFor.toNanos()) {
            end.completeExceptionally(new GaveWayException(stalledFor));
        }
    }
}
