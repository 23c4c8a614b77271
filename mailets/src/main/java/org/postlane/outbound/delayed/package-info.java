// SPDX-License-Identifier: Apache-2.0
/**
 * Mail of an outgoing queue that is not due: where it waits, how one destination's is fetched before its time, and what becomes
 * of mail that comes too early. {@link org.postlane.outbound.delayed.DelayedMail} is the way in.
 */
package org.postlane.outbound.delayed;
