// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The form of a reply on the wire. */
final class Replies {
    private Replies() {
    }

    static byte[] encode(String text) {
        return (text.replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n").getBytes(UTF_8);
    }

    /** The code of the last line, or 0 where there is none. */
    static int code(String text) {
        String last = text.substring(text.lastIndexOf('\n') + 1);
        if (last.length() < 3) {
            return 0;
        }
        int code = 0;
        for (int i = 0; i < 3; i++) {
            int digit = Character.digit(last.charAt(i), 10);
            if (digit < 0) {
                return 0;
            }
            code = code * 10 + digit;
        }
        return code;
    }

    static boolean accepts(int code) {
        return code >= 200 && code < 300;
    }
}
