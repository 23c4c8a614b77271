// SPDX-License-Identifier: Apache-2.0
/**
 * Delivery into mailboxes: one mail to many of them at a time, the message written out once, an outcome for each recipient. Knows
 * James' mailboxes and the lanes, from which its limits come.
 */
package org.postlane.local;
