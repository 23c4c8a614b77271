// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/**
 * The right to use one resource until it is given back. Exactly one call of {@link #release()} or {@link #discard} takes effect,
 * the first; later ones do nothing. A lease that is never given back holds its slot until the pool closes. Safe for use
 * by several threads.
 *
 * @param <R> what is leased
 */
public interface Lease<R extends PooledResource> {
    /**
     * What is leased.
     *
     * @throws IllegalStateException after the lease was given back, for then it may be somebody else's
     */
    R resource();

    /**
     * Whether the resource was leased before or has lain in reserve. If so, it may have died there: a connection that is lost
     * before the peer's first answer says nothing about the peer, and the work may be repeated on a new one
     * ({@link Pool#acquireFresh}). If not, it was opened just now.
     */
    boolean isReused();

    /**
     * Whether others had the resource when this lease was granted, and let it follow ({@link #letFollow()}). What they do to the
     * resource may end it before this lease's use has had its chance, which then says nothing about the peer.
     */
    boolean isFollowing();

    /**
     * Lets somebody else have the resource too from now on: this holder has nothing more to say to the peer, and only waits
     * for answers. He takes no part in what the other does, and must not begin anything new himself. Only the first call
     * counts, and none after the lease was given back. Whether anybody follows is up to the pool; no more at once than
     * {@link PooledResource#leasesAtOnce()}.
     */
    void letFollow();

    /**
     * Gives the resource back in good order. It is reset and reused, or closed where a limit or its state says so,
     * once all who have it have given it back.
     */
    void release();

    /**
     * Gives the resource back to be closed, because it is not fit for reuse or not wanted any more: nobody else gets it, and it
     * is closed once all who have it have given it back.
     */
    void discard(DiscardReason reason);
}
