// SPDX-License-Identifier: Apache-2.0
/**
 * What an administrator sees of the engine, and what he may order: metrics, the log of outcomes, critical states, the
 * destinations of all queues with the orders about them, and the reload.
 */
package org.postlane.outbound.operations;
