// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.regex.Pattern;

/** What of other people's words reaches logs and delivery reports. */
final class ReplyText {
    /** Controls but for tab, ends of lines and paragraphs, what a decoder could not read, and what turns text around. */
    static final Pattern UNFIT =
        Pattern.compile("[\\p{Cc}\\x80-\\x9f\\p{Cs}\u2028\u2029\ufffd\u202a\u202b\u202d\u202e\u2066-\u2068&&[^\t]]");

    private ReplyText() {
    }

    static void check(String text) {
        if (UNFIT.matcher(text).find()) {
            throw new AssertionError("Unfit to be shown: " + text);
        }
    }
}
