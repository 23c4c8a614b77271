// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.concurrent.CompletableFuture;

/** A slot whose connection is being opened. Guarded by the pool's lock. */
final class Opening<K extends PoolKey, R extends PooledResource> {
    final K key;
    final Host<K, R> host;
    /** On the pool's clock. */
    final long begunAt;
    /** Whom it is for; null once that one was served otherwise or gave up. */
    Waiter<K, R> waiter;
    /** Nobody wants it any more. */
    boolean givenUp;
    /** Completed outside of the lock once nobody wants it any more. */
    final CompletableFuture<Void> end = new CompletableFuture<>();

    Opening(K key, Host<K, R> host, long begunAt) {
        this.key = key;
        this.host = host;
        this.begunAt = begunAt;
    }
}
