// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class DotStufferTest {
    /** Slow and plain: normalise line ends, drop NULs that begin a line, end the last line, double dots, add the final one. */
    private static String reference(String content) {
        String normalised = content.replace("\r\n", "\n").replace("\r", "\n").replaceAll("(^|\n)\0+", "$1");
        if (!normalised.isEmpty() && !normalised.endsWith("\n")) {
            normalised += "\n";
        }
        return (normalised.replaceAll("(?m)^\\.", "..") + ".\n").replace("\n", "\r\n");
    }

    private static String stuffed(String content, Random random) {
        DotStuffer stuffer = new DotStuffer();
        byte[] octets = content.getBytes(ISO_8859_1);
        ByteBuf out = Unpooled.buffer();
        int position = 0;
        while (position < octets.length) {
            int length = 1 + random.nextInt(octets.length - position);
            byte[] piece = Arrays.copyOfRange(octets, position, position + length);
            int before = out.writerIndex();
            stuffer.encode(piece, length, out);
            assertThat(out.writerIndex() - before).isLessThanOrEqualTo(worstCase(length));
            position += length;
        }
        stuffer.end(out);
        return out.toString(ISO_8859_1);
    }

    @RepeatedTest(10)
    void anyContentInAnyPiecesIsStuffedAsThePlainReferenceDoes(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        String alphabet = "a.\r\n\r\n..\u00e9\0";
        for (int i = 0; i < 10_000; i++) {
            StringBuilder content = new StringBuilder();
            for (int j = random.nextInt(16); j > 0; j--) {
                content.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(stuffed(content.toString(), random)).isEqualTo(reference(content.toString()));
        }
    }

    /** Long enough that most of it is looked at many octets at a time; the alphabet has what differs by one bit or by one. */
    @RepeatedTest(10)
    void longContentWithFaultsHereAndThereIsStuffedAsThePlainReferenceDoes(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        String alphabet = "ab.\r\n\t\0\u0001\u000b\u000c\u000e\u008a\u008d\u00ae\u0080\u00ff/-";
        for (int i = 0; i < 2000; i++) {
            StringBuilder content = new StringBuilder();
            int longest = 1 + random.nextInt(120);
            for (int lines = random.nextInt(40); lines > 0; lines--) {
                content.append("x".repeat(random.nextInt(longest))).append("\r\n");
            }
            for (int faults = content.length() == 0 ? 0 : random.nextInt(4); faults > 0; faults--) {
                content.setCharAt(random.nextInt(content.length()), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(stuffed(content.toString(), random)).isEqualTo(reference(content.toString()));
        }
    }

    @Test
    void anyTwoOctetsAreFoundWhereverTheyStand() {
        String lines = ("x".repeat(29) + "\r\n" + "x".repeat(37) + "\r\n\r\n").repeat(2);
        char[] octets = {'x', '\r', '\n', '.', '\0', '\u008a', '\u008d', '\u000b'};
        for (int at = 0; at < lines.length() - 1; at++) {
            for (char one : octets) {
                for (char other : octets) {
                    String content = lines.substring(0, at) + one + other + lines.substring(at + 2);
                    assertThat(stuffedAtOnce(content)).isEqualTo(reference(content));
                }
            }
        }
    }

    private static String stuffedAtOnce(String content) {
        DotStuffer stuffer = new DotStuffer();
        ByteBuf out = Unpooled.buffer();
        stuffer.encode(content.getBytes(ISO_8859_1), content.length(), out);
        stuffer.end(out);
        return out.toString(ISO_8859_1);
    }

    @RepeatedTest(5)
    void lineEndsAloneAreMendedAsThePlainReferenceDoes(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        for (int i = 0; i < 1000; i++) {
            StringBuilder content = new StringBuilder();
            for (int lines = random.nextInt(40); lines > 0; lines--) {
                content.append(random.nextInt(5) == 0 ? "." : "").append("x".repeat(random.nextInt(60)))
                    .append(random.nextInt(8) == 0 ? "\n" : "\r\n");
            }
            DotStuffer lineEnds = DotStuffer.ofLineEnds();
            byte[] octets = content.toString().getBytes(ISO_8859_1);
            ByteBuf out = Unpooled.buffer();
            lineEnds.encode(octets, octets.length, out);
            lineEnds.end(out);
            assertThat(out.toString(ISO_8859_1)).isEqualTo(content.toString().replace("\r\n", "\n").replace("\n", "\r\n"));
        }
    }

    @Test
    void noSmugglingSequenceEndsTheContent() {
        Random random = new Random(1);
        for (String sequence : SmugglingSequences.ALL) {
            for (int i = 0; i < 20; i++) {
                String stuffed = stuffed("text" + sequence + "more", random);
                assertThat(stuffed.indexOf("\r\n.\r\n")).isEqualTo(stuffed.length() - 5);
                assertThat(stuffed.replace("\r\n", "")).doesNotContain("\r", "\n");
            }
        }
    }

    @Test
    void aServerThatDropsNulFindsNoDotBehindOneEither() {
        assertThat(stuffed("a\r\n\0.\r\nb\0c", new Random(1))).isEqualTo("a\r\n..\r\nb\0c\r\n.\r\n");
    }

    @Test
    void emptyContentIsALoneDot() {
        assertThat(stuffed("", new Random(1))).isEqualTo(".\r\n");
    }

    @Test
    void theWorstCaseIsEnoughForTheEndToo() {
        DotStuffer stuffer = new DotStuffer();
        ByteBuf out = Unpooled.buffer();
        stuffer.encode(new byte[] {'\n', '.', '\r'}, 3, out);
        stuffer.end(out);
        assertThat(out.readableBytes()).isLessThanOrEqualTo(worstCase(3));
    }

    /** Each octet a line of its own, or a dot; a line end at last, and the final dot. */
    private static int worstCase(int length) {
        return 2 * length + 2 + 3;
    }
}
