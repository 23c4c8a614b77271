// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.corpus;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusCheckTest {
    private static final String SENT = "Received: from elsewhere\r\nSubject: s\r\nTo: a,\r\n b\r\n\r\nbody\r\n";

    private static List<Deviation> compare(String arrived) {
        return CorpusCheck.compare(WireForm.of("test", SENT.getBytes(ISO_8859_1)), arrived.getBytes(ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Received: from x\r\n\tby y\r\n", "Return-Path: <a@b>\r\nDelivered-To: c\r\nRECEIVED: z\r\n"})
    void traceFieldsInFrontAreNoDifference(String trace) {
        assertThat(compare(trace + SENT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Date: now\r\n", "Received\r\n", "\r\n", "Received: x\r\n\r\n", "Received: x"})
    void anythingElseInFrontIsOne(String front) {
        assertThat(compare(front + SENT)).isNotEmpty();
    }

    @Test
    void aLostLastOctetIsTold() {
        assertThat(compare(SENT.substring(0, SENT.length() - 1))).extracting(Deviation::kind)
            .containsExactly(Deviation.Kind.BODY_CHANGED);
    }

    @Test
    void eachDifferenceInTheHeaderIsToldByItsField() {
        String arrived = SENT.replace("Subject: s", "MIME-Version: 1.0").replace("a,\r\n b", "a, b");

        assertThat(compare(arrived)).extracting(Deviation::toString).containsExactlyInAnyOrder(
            "removed: Subject: s", "changed: To: a,  b became To: a, b", "added: MIME-Version: 1.0");
    }

    @Test
    void aLostTraceFieldOfTheMessageItselfIsTold() {
        assertThat(compare(SENT.replace("Received: from elsewhere\r\n", ""))).extracting(Deviation::toString)
            .containsExactly("removed: Received: from elsewhere");
    }

    @Test
    void anotherOrderIsTold() {
        assertThat(compare("To: a,\r\n b\r\nReceived: from elsewhere\r\nSubject: s\r\n\r\nbody\r\n"))
            .extracting(Deviation::kind).containsExactly(Deviation.Kind.FIELDS_REORDERED);
    }
}
