// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalTest {
    @ParameterizedTest
    @CsvSource({
        "'bounce!', '550 5.1.1 bounce!'",
        "'551 moved', '551 5.1.1 moved'",
        "'553 5.1.3 bad', '553 5.1.3 bad'",
        "'5.7.1 no', '550 5.7.1 no'",
        "'4.2.1 later', '450 4.2.1 later'",
        "'451 later', '451 4.1.1 later'",
        "'551 4.1.6 classes that differ', '551 5.1.6 classes that differ'",
        "'250 fine', '550 5.1.1 250 fine'",
        "'5501 is a number', '550 5.1.1 5501 is a number'",
        "'', '550 5.1.1 Recipient refused'",
        "'552', '552 5.1.1 Recipient refused'"})
    void whatTheTextLacksIsFilledInAndTheClassesAgree(String text, String expected) {
        assertThat(Refusal.parse(text, "1.1")).hasToString(expected);
    }

    @Test
    void aLineBreakInTheTextCannotBecomeASecondReply() {
        assertThat(Refusal.parse("550 no\r\n250 ok\u0000\u00e9", "1.1").text()).isEqualTo("no 250 ok");
    }

    @Test
    void aLongTextIsCut() {
        assertThat(Refusal.parse("x".repeat(5000), "1.1").text()).hasSize(Refusal.MAX_TEXT);
    }
}
