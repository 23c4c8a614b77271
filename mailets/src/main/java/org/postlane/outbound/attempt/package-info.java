// SPDX-License-Identifier: Apache-2.0
/**
 * One mail at one destination: its turn, its route, the hosts in order, the transactions over pooled connections, and what is
 * remembered about servers. Begin with {@link org.postlane.outbound.attempt.DestinationAttempt}. Knows nothing of queues: what
 * became of each recipient goes to its owner.
 */
package org.postlane.outbound.attempt;
