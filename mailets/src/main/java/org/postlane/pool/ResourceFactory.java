// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

import java.util.concurrent.CompletableFuture;

/**
 * Opens resources for a {@link Pool}. Called from any thread, without the pool's lock.
 *
 * @param <K> what tells resources apart
 * @param <R> what is opened
 */
@FunctionalInterface
public interface ResourceFactory<K extends PoolKey, R extends PooledResource> {
    /**
     * Starts to open a resource; must not block. The future has to complete within a time that the factory bounds: until then
     * the attempt counts as an open connection, since the peer may see one. Where the pool gives the attempt up it cancels the
     * future: the factory then ends what it has begun, and what comes all the same, for it belongs to nobody. An exception,
     * thrown or in the future, reaches the caller that waits.
     */
    CompletableFuture<R> open(K key);
}
