// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.Inputs;

/** A server that sends whatever it likes, cut as the network likes. The first octet of the input chooses the cuts. */
class ReplyDecoderFuzzTest {
    static Stream<Arguments> seeds() {
        return Inputs.seeds(
            "a220 mx.example.org ESMTP\r\n",
            "b250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250 8BITMIME\r\n",
            "c250\r\n250 \r\n250-\r\n250 x\r\n354 go\n",
            "d250 2.1.0 ok\r\n550 5.1.1 who?\r\n354 go on\r\n421 4.3.2 bye\r\n",
            "e250-a\r\n550 b\r\n",
            "f250 a\rb\0c\u001b[2Jd\u0085\te\r\n",
            "f250 \u00c3\u00a9 \u00e9\r\n250 \u00c3\u00a9 \u00e2\u0080\u00a8 \u00e2\u0080\u00ae \u00c2\u0085\r\n",
            "g0250 x\r\n",
            "h250 " + "x".repeat(SmtpLimits.REPLY_LINE_OCTETS - 5) + "\r\n250 y\r\n",
            "i250 " + "x".repeat(SmtpLimits.REPLY_LINE_OCTETS - 3) + "\r\n",
            "j" + "250-x\r\n".repeat(SmtpLimits.REPLY_LINES - 1) + "250 x\r\n",
            "l" + ("250-" + "x".repeat(2000) + "\r\n").repeat(9),
            "k" + "250-x\r\n".repeat(SmtpLimits.REPLY_LINES) + "250 x\r\n");
    }

    @MethodSource("seeds")
    @FuzzTest
    void cutsDoNotChangeWhatIsRead(byte[] input) {
        byte[] octets = Inputs.rest(input);
        ReplyModel model = new ReplyModel(octets);
        for (List<byte[]> pieces : Inputs.waysToCut(octets, Inputs.choice(input))) {
            readAndCompare(pieces, model);
        }
    }

    private static void readAndCompare(List<byte[]> pieces, ReplyModel model) {
        ReplyDecoder decoder = new ReplyDecoder();
        EmbeddedChannel channel = new EmbeddedChannel(decoder);
        List<ByteBuf> buffers = new ArrayList<>();
        int fed = 0;
        boolean broken = false;
        for (byte[] piece : pieces) {
            ByteBuf buffer = Unpooled.buffer(piece.length).writeBytes(piece);
            buffers.add(buffer);
            fed += piece.length;
            broken = !feed(channel, buffer);
            // As early as it can be known: so nobody makes us hold more than one line and one reply.
            assertThat(broken).as("broken after %d octets", fed).isEqualTo(model.brokenAfter >= 0 && model.brokenAfter <= fed);
            if (broken) {
                break;
            }
        }
        assertThat(replies(channel)).isEqualTo(model.replies);
        if (!broken) {
            assertThat(decoder.isBetweenReplies()).isEqualTo(model.ended);
            channel.finish();
            assertThat(replies(channel)).as("of the end of the stream").isEmpty();
        }
        channel.finishAndReleaseAll();
        assertThat(buffers).allMatch(buffer -> buffer.refCnt() == 0);
    }

    private static boolean feed(EmbeddedChannel channel, ByteBuf buffer) {
        try {
            channel.writeInbound(buffer);
            return true;
        } catch (DecoderException e) {
            if (e.getCause() instanceof ProtocolViolationException) {
                assertThat(e.getCause().getMessage().length()).isLessThan(300);
                ReplyText.check(e.getCause().getMessage());
                return false;
            }
            throw e;
        }
    }

    private static List<String> replies(EmbeddedChannel channel) {
        List<String> replies = new ArrayList<>();
        for (Reply reply = channel.readInbound(); reply != null; reply = channel.readInbound()) {
            ReplyText.check(reply.toString());
            String text = reply.text();
            int code = reply.code();
            reply.enhancedCode().ifPresent(enhanced ->
                assertThat(text.startsWith(enhanced.toString()) && text.charAt(0) - '0' == code / 100).isTrue());
            replies.add(code + " " + reply.lines());
        }
        return replies;
    }
}
