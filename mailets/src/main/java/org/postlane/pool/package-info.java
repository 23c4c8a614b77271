// SPDX-License-Identifier: Apache-2.0
/**
 * Bounded reuse of anything that can be reset and closed. Knows no SMTP, no James and no Netty: what a connection is,
 * is said by {@link org.postlane.pool.PooledResource}, and what may share one by {@link org.postlane.pool.PoolKey}.
 *
 * <p>{@link org.postlane.pool.Pool}, {@code Opener}, {@code WayBack} and {@code Farewell} talk to the outside (factory,
 * resources, futures, timers) and hold no lock while they do. {@code PoolState} decides, under the pool's one lock
 * ({@code Decisions}), with {@code Callers} (who waits), {@code Precedence} (who comes first), {@code Pace} (when to open),
 * {@code Lifetimes} (who has to leave) and {@code Slots} (the account); it calls nothing foreign but clock, dice and gate. Every
 * decision leaves a list of effects, which the thread that caused it runs after the lock is free, one after the other and
 * never nested ({@code Trampoline}).
 */
package org.postlane.pool;
