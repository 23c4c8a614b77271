// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

/**
 * One accepted recipient.
 *
 * @param address what stood between the angle brackets
 * @param parameters what followed, as received ({@code NOTIFY=NEVER ORCPT=rfc822;a@b}); empty without any
 */
public record Recipient(String address, String parameters) {
}
