// SPDX-License-Identifier: Apache-2.0
/**
 * The outbound engine: takes mail from James' outgoing queues, tries the hosts of its route over pooled connections, and
 * settles what became of each recipient: delivered, deferred to a later attempt, or failed and reported.
 */
package org.postlane.outbound;
