// SPDX-License-Identifier: Apache-2.0
/**
 * Delivery status notifications (RFC 3464): what a sender is told, whether it wants to be told (RFC 3461), and the message that
 * tells it. Knows nothing of queues and attempts.
 */
package org.postlane.report;
