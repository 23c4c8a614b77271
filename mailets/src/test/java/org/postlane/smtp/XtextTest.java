// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class XtextTest {
    @Test
    void plusEqualsSpaceControlsAndEightBitAreEncoded() {
        assertThat(Xtext.encode("a+b=c d\r\n\0\u007f\u00fc!~")).isEqualTo("a+2Bb+3Dc+20d+0D+0A+00+7F+C3+BC!~");
        assertThat(Xtext.encode("")).isEmpty();
    }

    @Test
    void noCharacterEscapesItsParameter() {
        for (char c = 0; c < 0x300; c++) {
            assertThat(Xtext.encode(String.valueOf(c))).matches("[!-~]+").doesNotContain("=");
        }
    }
}
