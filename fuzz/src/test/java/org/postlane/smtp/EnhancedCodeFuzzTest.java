// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.Inputs;

/** The text of a reply, whatever it begins with. */
class EnhancedCodeFuzzTest {
    static Stream<Arguments> seeds() {
        return Inputs.seeds("2.1.0 ok", "4.7.1", "5.123.456\tx", "5.1.1\n", "3.1.1 x", "5.1.1x", "5.1234.1 x", "5..1",
            "5.1.", "");
    }

    /** Digit by digit, where the code uses a pattern. */
    private static String expected(String text) {
        int end = 0;
        for (int part = 0; part < 3; part++) {
            if (part > 0 && (end == text.length() || text.charAt(end++) != '.')) {
                return null;
            }
            int start = end;
            while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
                end++;
            }
            boolean fits = part == 0 ? end - start == 1 && "245".indexOf(text.charAt(start)) >= 0
                : end - start >= 1 && end - start <= 3;
            if (!fits) {
                return null;
            }
        }
        return end == text.length() || " \t\n\u000b\f\r".indexOf(text.charAt(end)) >= 0 ? text.substring(0, end) : null;
    }

    @MethodSource("seeds")
    @FuzzTest
    void onlyAWholeCodeAtTheStartCounts(byte[] input) {
        String text = new String(input, ISO_8859_1);
        String expected = expected(text);
        Optional<EnhancedCode> code = EnhancedCode.at(text);
        assertThat(code.map(EnhancedCode::toString)).isEqualTo(Optional.ofNullable(expected));
        if (code.isPresent()) {
            assertThat(EnhancedCode.at(expected)).isEqualTo(code);
            assertThat(code.get().isAbout(expected.substring(2))).isTrue();
        }
    }
}
