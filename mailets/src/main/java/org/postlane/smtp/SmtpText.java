// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.nio.charset.StandardCharsets;

/** What every type that goes into a command line asks of its characters. */
final class SmtpText {
    /** What a decoder leaves where an octet could not be read: an address with one in it is no longer the sender's. */
    private static final int REPLACEMENT = 0xFFFD;
    private static final int LINE_SEPARATOR = 0x2028;
    private static final int PARAGRAPH_SEPARATOR = 0x2029;

    private SmtpText() {
    }

    /**
     * Refuses what must not stand in any command or log line, quoted or not: C0 and C1 controls, DEL, U+2028 and U+2029, half a
     * surrogate pair, and U+FFFD.
     *
     * @param what names the kind of text in the message
     * @throws IllegalArgumentException naming the first such character and its place
     */
    static void refuseUnsafe(String what, String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (isUnsafe(text.codePointAt(i))) {
                throw refused(what, text, i);
            }
        }
    }

    static boolean isUnsafe(int codePoint) {
        return Character.isISOControl(codePoint) || codePoint == LINE_SEPARATOR || codePoint == PARAGRAPH_SEPARATOR
            || codePoint == REPLACEMENT || Character.getType(codePoint) == Character.SURROGATE;
    }

    static IllegalArgumentException refused(String what, String text, int index) {
        return new IllegalArgumentException(String.format("Character U+%04X at %d cannot stand in the %s %s",
            text.codePointAt(index), index, what, ReplyDecoder.printable(text)));
    }

    static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /** As many as it has on the wire. */
    static int octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
