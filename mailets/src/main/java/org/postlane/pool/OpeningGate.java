// SPDX-License-Identifier: Apache-2.0
package org.postlane.pool;

/**
 * Sets the pace of openings, for instance connections per minute to a provider. What is in reserve or comes back serves callers
 * all the same: only opening waits.
 *
 * @param <K> what tells resources apart
 */
@FunctionalInterface
public interface OpeningGate<K extends PoolKey> {
    /**
     * Whether an opening for {@code key} may begin now. Called under the pool's lock, by one thread at a time, for the caller
     * whose turn it is and only when the limits have room: must not block, and must not use the pool.
     *
     * @return zero or less if the opening may begin; it does so at once, so the gate counts it. Otherwise the nanoseconds after
     *     which to ask again; the pool asks after a minute at the latest, since paces may be changed. If this throws, the pool
     *     logs it and asks again after a second
     */
    long nanosUntilOpening(K key);

    /**
     * What the pace is called of which the opening for {@code key} has to wait: all keys with an equal one wait for the same, and
     * are asked for again together. Called as the other. By default each host has a pace of its own.
     */
    default Object paceOf(K key) {
        return key.host();
    }

    /** No pace: each opening begins as soon as the limits have room. */
    static <K extends PoolKey> OpeningGate<K> open() {
        return key -> 0;
    }
}
