// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A caller without a lease yet. All but the final fields are guarded by the pool's lock. */
final class Waiter<K extends PoolKey, R extends PooledResource> {
    final K key;
    final boolean fresh;
    final Duration wait;
    final CompletableFuture<Lease<R>> future = new CompletableFuture<>();
    /** Place in the order of arrival, pool-wide. */
    long arrival;
    /** Null unless this waits. */
    Host<K, R> host;
    /** The attempt to open that was started for this, or null. */
    Opening<K, R> opening;

    Waiter(K key, boolean fresh, Duration wait) {
        this.key = key;
        this.fresh = fresh;
        this.wait = wait;
    }

    boolean accepts(Entry<K, R> entry) {
        return key.equals(entry.key) && (!fresh || entry.isFresh());
    }
}
