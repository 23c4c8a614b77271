// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.corpus;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

class WireFormTest {
    private static final String FIELD = "Subject: s\r\n";

    private static CorpusMessage wireForm(String text) {
        return WireForm.of("test", text.getBytes(ISO_8859_1));
    }

    private static String wire(String text) {
        return new String(wireForm(text).wire(), ISO_8859_1);
    }

    @Test
    void aMessageThatSmtpCanCarryStaysAsItIs() {
        String text = FIELD + "\r\n.\r\n\r\nbody \t\r\n \u00e4\r\n";

        assertThat(wire(text)).isEqualTo(text);
        assertThat(wireForm(text).adaptations()).isEmpty();
    }

    @Test
    void bareLfAndBareCrBecomeCrlfAndTheLastLineGetsItsEnd() {
        assertThat(wire("a: b\nc: d\r\re\r\nf")).isEqualTo("a: b\r\nc: d\r\n\r\ne\r\nf\r\n");
        assertThat(wireForm("a: b\n\nc").adaptations()).containsExactly(Adaptation.LINE_ENDS);
        assertThat(wireForm("a: b\n\nc").changedBeyondLineEnds()).isFalse();
    }

    @Test
    void aMessageWithoutHeaderGetsOneAndKeepsItsText() {
        String text = "no header here\r\nnone: at all\r\n";

        assertThat(wire(text)).startsWith("From: ").endsWith("\r\n\r\n" + text);
        assertThat(wireForm(text).adaptations()).containsExactly(Adaptation.HEADER_ADDED);
    }

    @Test
    void anMboxLineAndAnObsoleteFieldCountAsHeader() {
        assertThat(wireForm("From a@b Thu Apr 1\r\nSubject: x\r\n\r\n").adaptations()).isEmpty();
        assertThat(wireForm("Subject \t: x\r\n\r\n").adaptations()).isEmpty();
    }

    @Test
    void octetsBeyondAsciiLeaveTheHeaderAndStayInTheBody() {
        String body = "\r\n\u00ec\r\n";

        assertThat(wire(FIELD + "Inval\u00ecd: x\r\n" + body)).isEqualTo(FIELD + "Inval?d: x\r\n" + body);
        assertThat(wireForm(FIELD + "Inval\u00ecd: x\r\n" + body).adaptations())
            .containsExactly(Adaptation.EIGHT_BIT_HEADER);
    }

    @Test
    void aBccFieldGoesWithAllItsLinesAndOnlyInTheHeader() {
        String rest = "c: d\r\n\r\nBcc: text\r\n";

        assertThat(wire(FIELD + "BCC: x,\r\n y\r\n" + rest)).isEqualTo(FIELD + rest);
        assertThat(wireForm("a: b\r\nBcc : x\r\n\r\n").adaptations()).containsExactly(Adaptation.BCC_REMOVED);
    }

    @Test
    void aLineOf998OctetsStaysWholeAndOneMoreIsCut() {
        String limit = "x".repeat(998);

        assertThat(wireForm(FIELD + "\r\n" + limit + "\r\n").adaptations()).isEmpty();
        assertThat(wire(FIELD + "\r\n" + limit + "yz\r\n")).isEqualTo(FIELD + "\r\n" + limit + "\r\nyz\r\n");
        assertThat(wireForm(FIELD + "\r\n" + limit + "yz\r\n").adaptations()).containsExactly(Adaptation.LONG_LINES);
    }

    @Test
    void aLongHeaderFieldIsFoldedSoThatUnfoldingGivesItBack() {
        String field = "X: " + "word ".repeat(600);

        String wire = wire(field + "\r\n\r\nbody\r\n");

        assertThat(wire.lines().mapToInt(String::length)).allMatch(length -> length <= 998);
        assertThat(wire.replace("\r\n ", " ")).isEqualTo(field + "\r\n\r\nbody\r\n");
    }

    @Test
    void everyMessageOfTheCorpusHasOnlyShortLinesThatEndWithCrlf() {
        List<CorpusMessage> corpus = Corpus.load();

        assertThat(corpus).hasSize(Corpus.SIZE).allSatisfy(message -> {
            String wire = new String(message.wire(), ISO_8859_1);
            assertThat(wire).endsWith("\r\n").doesNotContainPattern("[^\r]\n").doesNotContainPattern("\r[^\n]");
            assertThat(wire.split("\r\n")).allMatch(line -> line.length() <= WireForm.LINE_LIMIT);
        });
        assertThat(corpus).filteredOn(CorpusMessage::changedBeyondLineEnds).extracting(CorpusMessage::name)
            .containsExactly("mimetools-testmsgs/intl.msg", "testmsgs/basic-plain-very-long-lines.msg",
                "testmsgs/malformedHeader-noheader.msg", "testmsgs/malformedHeaderStartsBody-noheader.msg",
                "testmsgs/obsolete.msg", "testmsgs/very-very-long-boundary.msg");
    }
}
