// SPDX-License-Identifier: Apache-2.0
/**
 * Limits that several nodes keep together, through one Redis: the rates that {@link org.postlane.schedule.Paces} are asked for,
 * and the connections to a host that {@link org.postlane.pool.HostPermits} are asked for. Knows neither mail nor SMTP nor James.
 *
 * <p>Nobody waits for Redis: {@code RedisLink} asks it on a thread of its own and gives up after a second. While it does not
 * answer, each node keeps to its own share, and the link looks for it again by itself.
 */
package org.postlane.cluster;
