// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/**
 * How many connections a pool may have to one host, where others connect to the same host and all of them keep one limit
 * together. The pool asks before it opens, and tells what it has and could use; it closes what it has too many, in reserve at
 * once and in use when it comes back.
 *
 * <p>All methods but {@code changed} are called under the pool's lock: they must not block, nor use the pool.
 */
public interface HostPermits {
    /** Nobody else connects there: only the pool's own limit holds. */
    HostPermits UNSHARED = new HostPermits() {
        @Override
        public int most() {
            return Integer.MAX_VALUE;
        }

        @Override
        public void use(int limit, int open, int closing, int idle, int needed) {
            // The pool counts by itself.
        }

        @Override
        public void close() {
            // Nothing was taken.
        }
    };

    /** How many connections there may be now, those being opened or closed included; may be fewer than there are. */
    int most();

    /**
     * Tells how it stands, whenever it may have changed.
     *
     * @param limit what all who connect to the host may have together
     * @param open connections that there are, those being opened or closed included
     * @param closing of these, those being closed
     * @param idle of these, those in reserve
     * @param needed how many there would be if every caller got what he can use now; at most the limit
     */
    void use(int limit, int open, int closing, int idle, int needed);

    /** The pool has no connection to the host any more, and wants none. */
    void close();

    /** Who gives permits. */
    @FunctionalInterface
    interface Source {
        /**
         * The permits of a host to which there is no connection yet. Called under the pool's lock.
         *
         * @param host as {@link PoolKey#host()} names it
         * @param changed to be called without a lock, by any thread, when {@link HostPermits#most()} is another one, or when
         *     {@link HostPermits#use} is to be called again
         */
        HostPermits of(Object host, Runnable changed);
    }
}
