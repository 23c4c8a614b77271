// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/** What of a server's words reaches logs and delivery reports. */
final class ReplyText {
    private ReplyText() {
    }

    static void check(String text) {
        if (text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\t')) {
            throw new AssertionError("A control character in what is shown");
        }
    }
}
