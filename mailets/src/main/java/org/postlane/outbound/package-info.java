// SPDX-License-Identifier: Apache-2.0
/**
 * The outbound engine: takes mail from James' outgoing queues, tries the hosts of its route over pooled connections, and
 * settles what became of each recipient: delivered, deferred to a later attempt, or failed and reported.
 *
 * <p>Here are the engine of a James and the consumer of a queue: what is in hand, and how it moves through the packages below,
 * none of which knows this one.
 */
package org.postlane.outbound;
