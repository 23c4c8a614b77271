// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.Inputs;

/** Content of any octets, in pieces of any size. The first octet of the input chooses the pieces. */
class DotStufferFuzzTest {
    static Stream<Arguments> seeds() {
        return Inputs.seeds("a", "b.", "ca\r\n.\r\nb", "da\n.\nb", "ea\r.\rb", "fa\r\n.\nb", "ga\n.\r\nb", "ha\r\r\n.\r\r\nb",
            "ia\r\n.\rb", "ja\r\n\0.\r\nb", "ka\r\n.\0\r\nb", "la\r\0\n.\r\0\nb", "m\0.\r\nb", "na\n\r.\n\rb",
            "o..\r\n...\n.a\r.", "pSubject: x\r\n\r\ntext\r\n", "qa\r", "ra\n\r", "s\u00e9\u00ff\r\n");
    }

    private static String stuffed(List<byte[]> pieces) {
        DotStuffer stuffer = new DotStuffer();
        ByteBuf out = Unpooled.buffer();
        int promised = 0;
        for (byte[] piece : pieces) {
            promised += 2 * piece.length + 5;
            stuffer.encode(piece, piece.length, out);
            assertThat(out.writerIndex()).isLessThanOrEqualTo(promised);
        }
        stuffer.end(out);
        assertThat(out.writerIndex()).isLessThanOrEqualTo(pieces.isEmpty() ? 5 : promised);
        return out.toString(ISO_8859_1);
    }

    /** Slow and plain: what a server shall have read, lines ended with LF. */
    private static String message(byte[] content) {
        String normalised = new String(content, ISO_8859_1).replace("\r\n", "\n").replace('\r', '\n')
            .replaceAll("(^|\n)\0+", "$1");
        return normalised.isEmpty() || normalised.endsWith("\n") ? normalised : normalised + "\n";
    }

    @MethodSource("seeds")
    @FuzzTest
    void everyServerReadsOneMessageAndTheSame(byte[] input) {
        byte[] content = Inputs.rest(input);
        String message = message(content);
        String whole = stuffed(List.of(content));
        for (List<byte[]> pieces : Inputs.waysToCut(content, Inputs.choice(input))) {
            assertThat(stuffed(pieces)).isEqualTo(whole);
        }
        for (ServerReading server : ServerReading.values()) {
            assertThat(server.withoutDropped(server.message(whole))).isEqualTo(server.withoutDropped(message));
        }
    }
}
