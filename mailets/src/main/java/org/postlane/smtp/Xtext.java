// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.nio.charset.StandardCharsets;

/** The encoding of parameter values that may hold any octet (RFC 3461 4). */
final class Xtext {
    private Xtext() {
    }

    static String encode(String value) {
        StringBuilder encoded = new StringBuilder(value.length() + 8);
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            if (octet > ' ' && octet < 0x7f && octet != '+' && octet != '=') {
                encoded.append((char) octet);
            } else {
                encoded.append(String.format("+%02X", octet & 0xff));
            }
        }
        return encoded.toString();
    }
}
