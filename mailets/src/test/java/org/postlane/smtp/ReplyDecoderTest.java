// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyDecoderTest {
    private final ReplyDecoder decoder = new ReplyDecoder();
    private final EmbeddedChannel channel = new EmbeddedChannel(decoder);

    private void feed(String octets) {
        channel.writeInbound(Unpooled.copiedBuffer(octets, ISO_8859_1));
    }

    private List<String> replies() {
        List<String> replies = new ArrayList<>();
        for (Reply reply = channel.readInbound(); reply != null; reply = channel.readInbound()) {
            replies.add(reply.code() + " " + reply.lines());
        }
        return replies;
    }

    @Test
    void repliesAreReadWholeHoweverTheyAreCut() {
        String octets = "220-one\r\n220 two\r\n250\r\n354 \r\n250-\r\n250-x\n250 y\r\n";
        for (int cut = 0; cut <= octets.length(); cut++) {
            feed(octets.substring(0, cut));
            feed(octets.substring(cut));
            assertThat(replies()).containsExactly("220 [one, two]", "250 []", "354 []", "250 [, x, y]");
            assertThat(decoder.isBetweenReplies()).isTrue();
        }
        octets.chars().forEach(c -> feed(String.valueOf((char) c)));
        assertThat(replies()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "25", "25x ok", "150 no", "650 no", "2500 x", "250_x", "hello", " 250 x", "\0\0\0",
        "HTTP/1.1 400",
        "250-a\r\n251 b", "250-a\r\nb"})
    void whatIsNoReplyIsAViolation(String line) {
        assertThatThrownBy(() -> feed(line + "\r\n")).isInstanceOf(DecoderException.class)
            .hasCauseInstanceOf(ProtocolViolationException.class);
    }

    @Test
    void aLineMayHave4096OctetsAndNotOneMore() {
        feed("250 " + "x".repeat(SmtpLimits.REPLY_LINE_OCTETS - 4 - 1) + "\r\n");
        assertThat(replies()).hasSize(1);
        assertThatThrownBy(() -> feed("250 " + "x".repeat(SmtpLimits.REPLY_LINE_OCTETS)))
            .hasCauseInstanceOf(ProtocolViolationException.class);
    }

    @Test
    void aReplyMayHave128LinesAndNotOneMore() {
        feed("250-x\r\n".repeat(SmtpLimits.REPLY_LINES - 1) + "250 x\r\n");
        assertThat(replies()).hasSize(1);
        assertThatThrownBy(() -> feed("250-x\r\n".repeat(SmtpLimits.REPLY_LINES + 1)))
            .hasCauseInstanceOf(ProtocolViolationException.class);
    }

    @Test
    void controlCharactersDoNotReachLogsAndReports() {
        feed("550 a\rSubject: b\0\u001b[2J\u0085c\td\r\n");
        assertThat(replies()).containsExactly("550 [a?Subject: b??[2J?c\td]");
    }

    @Test
    void aControlCharacterAmongNothingButAsciiIsFound() {
        feed("550 a\rb\r\n550 a\u001b[2J\r\n550 a\u007f\r\n");
        assertThat(replies()).containsExactly("550 [a?b]", "550 [a?[2J]", "550 [a?]");
    }

    @Test
    void textIsUtf8WhereItIsValidAndLatin1WhereNot() {
        channel.writeInbound(Unpooled.copiedBuffer("550 5.1.1 j\u00f6rg@\u4f8b \ud83d\ude00\r\n", UTF_8));
        feed("550 5.1.1 j\u00f6rg\r\n");
        // Overlong, cut off, and a surrogate written as if it were a character: none of them is UTF-8.
        feed("250 a\u00c0\u00af\r\n250 b\u00c3\r\n250 c\u00ed\u00a0\u0080\r\n");
        assertThat(replies()).containsExactly("550 [5.1.1 j\u00f6rg@\u4f8b \ud83d\ude00]", "550 [5.1.1 j\u00f6rg]",
            "250 [a\u00c0\u00af]",
            "250 [b\u00c3]", "250 [c\u00ed\u00a0?]");
    }

    @Test
    void theBoundOfALineCountsOctetsAndNotCharacters() {
        int octets = SmtpLimits.REPLY_LINE_OCTETS - 4 - 1;
        channel.writeInbound(Unpooled.copiedBuffer("250 x" + "\u00fc".repeat(octets / 2) + "\r\n", UTF_8));
        assertThat(replies()).hasSize(1);
        assertThatThrownBy(() -> channel.writeInbound(
            Unpooled.copiedBuffer("250 xx" + "\u00fc".repeat(octets / 2) + "\r\n", UTF_8)))
            .hasCauseInstanceOf(ProtocolViolationException.class);
    }

    @Test
    void lineEndsAndTurnedDirectionsOfUnicodeDoNotReachLogsAndReports() {
        channel.writeInbound(Unpooled.copiedBuffer("550 a\u2028b\u2029c\u0085d\u202ee\u2066f\ufffdg\u200dh\r\n", UTF_8));
        assertThat(replies()).containsExactly("550 [a?b?c?d?e?f?g\u200dh]");
    }

    @Test
    void partOfAReplyIsNotBetweenReplies() {
        feed("2");
        assertThat(decoder.isBetweenReplies()).isFalse();
        feed("50-x\r\n");
        assertThat(decoder.isBetweenReplies()).isFalse();
        feed("250 y\r\n");
        assertThat(decoder.isBetweenReplies()).isTrue();
    }

    @Test
    void anEndOfStreamWithinALineMakesNoReply() {
        feed("250 almost");
        channel.finish();
        assertThat(replies()).isEmpty();
    }

    @RepeatedTest(10)
    void randomOctetsLeadToRepliesOrViolationsAndNothingElse(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        String[] likely = {"250", "220", "550", "-", " ", "\r\n", "\n", "\r", "x", "4.2.2", "\0", "9"};
        for (int i = 0; i < 300; i++) {
            EmbeddedChannel fuzzed = new EmbeddedChannel(new ReplyDecoder());
            try {
                for (int j = random.nextInt(40); j >= 0; j--) {
                    byte[] octets = new byte[random.nextInt(8)];
                    random.nextBytes(octets);
                    fuzzed.writeInbound(random.nextInt(4) > 0
                        ? Unpooled.copiedBuffer(likely[random.nextInt(likely.length)],
                            ISO_8859_1) : Unpooled.copiedBuffer(octets));
                }
                fuzzed.finish();
            } catch (DecoderException e) {
                assertThat(e).hasCauseInstanceOf(ProtocolViolationException.class);
            }
            for (Reply reply = fuzzed.readInbound(); reply != null; reply = fuzzed.readInbound()) {
                assertThat(reply.code()).isBetween(200, 599);
                assertThat(reply.lines()).hasSizeBetween(1, SmtpLimits.REPLY_LINES);
                assertThat(reply.enhancedCode()).isNotNull();
            }
            fuzzed.releaseInbound();
        }
    }
}
