// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Something that a {@link Pool} can hand out again. The pool calls these methods from any thread, never while it holds its lock,
 * and never {@link #reset()} and {@link #close()} at the same time unless its own limit of time for the reset has run out.
 * No method may block.
 */
public interface PooledResource {
    /**
     * Whether this is provably open and in sync at this moment: no unread bytes, no end of stream, no notice from the peer that
     * it will close. Asked before it is handed out from reserve and when it comes back. An answer of {@code true} may be
     * out of date when the lease arrives; {@link Lease#isReused()} tells the holder when that is to be expected.
     */
    boolean isUsable();

    /**
     * Why this is not usable, where it knows: {@link DiscardReason#PEER_CLOSING} or {@link DiscardReason#OUT_OF_STEP}. Only for
     * counting and the log.
     */
    default Optional<DiscardReason> fault() {
        return Optional.empty();
    }

    /**
     * Makes this ready for its next lease; called when a lease is released. Completes with {@code true} once the next lease may
     * have it, which may be at once when the work is done in front of the next use. Anything else, {@code false},
     * an exception, or silence for {@link PoolLimits#resetTimeout()}, discards it.
     */
    CompletableFuture<Boolean> reset();

    /**
     * Ends this in a friendly way and completes when it is gone, at once if it is gone already. Called once at most. The pool
     * waits for {@link PoolLimits#closeTimeout()} and then calls {@link #abort()}.
     */
    CompletableFuture<Void> close();

    /** Drops this at once, without farewell. May follow {@link #close()}; does nothing when it is gone already. */
    void abort();

    /** Runs {@code action} once when this is gone, whoever ended it; at once if it is gone already. */
    void onClosed(Runnable action);

    /**
     * How many leases this may serve in all, where the peer has announced a limit of its own. Asked at each return; the pool
     * takes the smaller of this and {@link PoolLimits#maxUses()}. Less than two means that it is never used again.
     */
    default int usesAllowed() {
        return Integer.MAX_VALUE;
    }

    /**
     * How many leases of this may be out at once now, that of the holder included who lets somebody follow him
     * ({@link Lease#letFollow()}). Asked then, and when one of several comes back. One, or less, where nobody may follow, as
     * when this is not in good order any more.
     */
    default int leasesAtOnce() {
        return 1;
    }
}
