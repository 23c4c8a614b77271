// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.Inputs;

/** A parameter value with anything in it. */
class XtextFuzzTest {
    static Stream<Arguments> seeds() {
        return Inputs.seeds("plain", "a+b=c d", "+2B", "\r\n\0\u007f", "\u00c3\u00a9", "+", "");
    }

    /** RFC 3461 4: + and two upper-case hexadecimal digits, or an octet from ! to ~ other than + and =. */
    static String decode(String encoded) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c < '!' || c > '~' || c == '=') {
                throw new AssertionError("No xtext: U+" + Integer.toHexString(c));
            }
            if (c == '+') {
                String hex = encoded.substring(i + 1, i + 3);
                assertThat(hex).matches("[0-9A-F]{2}");
                octets.write(Integer.parseInt(hex, 16));
                i += 2;
            } else {
                octets.write(c);
            }
        }
        return octets.toString(UTF_8);
    }

    @MethodSource("seeds")
    @FuzzTest
    void whatIsEncodedDecodesToItself(byte[] input) {
        String value = new String(input, UTF_8);
        assertThat(decode(Xtext.encode(value))).isEqualTo(value);
    }
}
