// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/** What decisions cause outside of the pool's lock, in the thread that took the decision. */
interface Effects<K extends PoolKey, R extends PooledResource> {
    void open(Opening<K, R> opening);

    void giveUp(Opening<K, R> opening);

    void close(Entry<K, R> entry, DiscardReason reason);

    void abort(Entry<K, R> entry);

    void deliver(Waiter<K, R> waiter, Entry<K, R> entry);

    void fail(Waiter<K, R> waiter, Throwable cause);

    /** A resource in reserve has to leave it at this time of the clock. */
    void reapAt(long deadline);

    /** The pace of a host lets its next opening begin at this time of the clock. */
    void resumeAt(long deadline);

    /** The pool is closed and holds nothing any more. */
    void drained();
}
