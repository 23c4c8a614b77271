// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

import org.postlane.testing.Violation.Kind;

/** The octets of a command line as text, and what should not be among them. */
final class CommandText {
    private CommandText() {
    }

    /**
     * The line without its CRLF.
     *
     * @param line as it came, without its LF
     * @param utf8 whether SMTPUTF8 was offered
     * @param violation is told what is wrong, and where
     */
    static String decode(byte[] line, boolean utf8, BiConsumer<Kind, String> violation) {
        int length = line.length;
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        } else {
            violation.accept(Kind.BARE_LF, "a command that ends with LF alone");
        }
        boolean eightBit = false;
        for (int i = 0; i < length; i++) {
            if (line[i] == '\r') {
                violation.accept(Kind.BARE_CR, "within a command");
            } else if ((line[i] >= 0 && line[i] < ' ') || line[i] == 127) {
                violation.accept(Kind.CONTROL_CHARACTER, "octet " + line[i] + " in a command");
            }
            eightBit |= line[i] < 0;
        }
        if (eightBit && !utf8) {
            violation.accept(Kind.UNANNOUNCED_8BIT, "in a command");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line, 0, length)).toString();
        } catch (CharacterCodingException notUtf8) {
            if (utf8) {
                violation.accept(Kind.MALFORMED_COMMAND, "a command that is not UTF-8 (RFC 6531, 3.3)");
            }
            return new String(line, 0, length, ISO_8859_1);
        }
    }

    static boolean isEightBit(String text) {
        return text.chars().anyMatch(c -> c > 127);
    }
}
