// SPDX-License-Identifier: Apache-2.0
/**
 * Bounded reuse of anything that can be reset and closed. Knows no SMTP, no James and no Netty: what a connection is,
 * is said by {@link org.postlane.pool.PooledResource}, and what may share one by {@link org.postlane.pool.PoolKey}.
 *
 * <p>{@link org.postlane.pool.Pool} talks to the outside (factory, resources, futures, timers) and holds no lock while it does;
 * {@code PoolState} decides, under the pool's one lock, and calls nothing foreign. Every decision leaves a list of effects,
 * which the thread that caused it runs after the lock is free, one after the other and never nested ({@code Trampoline}).
 */
package org.postlane.pool;
