// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import org.apache.james.protocols.netty.AbstractChannelPipelineFactory;
import org.junit.jupiter.api.Test;

class FramingTest {
    private static final int MAX = AbstractChannelPipelineFactory.MAX_LINE_LENGTH;
    private static final String[] PARTS = {"hello\r\n", "\r\n", "\n", ".\r\n", "..\r\n", ".", "\r", "a", "bare\n", "x.y\r\n",
        "x".repeat(MAX) + "\r\n", "x".repeat(MAX + 1) + "\r\n", "x".repeat(MAX), "\r\r\n"};

    /** What a framing hands on, complaints included. */
    private static List<String> framed(ChannelHandler framing, List<String> pieces) {
        List<String> frames = new ArrayList<>();
        EmbeddedChannel channel = new EmbeddedChannel(framing, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                frames.add(((ByteBuf) message).toString(US_ASCII));
                ((ByteBuf) message).release();
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                frames.add(cause.getClass().getSimpleName() + "\n");
            }
        });
        pieces.forEach(piece -> channel.writeInbound(Unpooled.copiedBuffer(piece, US_ASCII)));
        channel.finishAndReleaseAll();
        return frames;
    }

    private static List<String> lines(List<String> frames) {
        List<String> lines = new ArrayList<>();
        frames.forEach(frame -> lines.addAll(List.of(frame.split("(?<=\n)"))));
        return lines;
    }

    private static ChannelHandler framing(BooleanSupplier inBody) {
        return Framing.like(null, new LineBasedFrameDecoder(MAX, false, false), inBody).orElseThrow();
    }

    @Test
    void inABodyTheLinesAreThoseThatJamesCutsHoweverTheyAreDivided() {
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append(PARTS[random.nextInt(PARTS.length)]);
            }
            List<String> pieces = new ArrayList<>();
            for (int at = 0; at < text.length();) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(random.nextBoolean() ? 9 : 9_000));
                pieces.add(text.substring(at, end));
                at = end;
            }
            List<String> frames = framed(framing(random.nextInt(4) == 0 ? random::nextBoolean : () -> true), pieces);
            assertThat(lines(frames)).as("seed %s", seed)
                .isEqualTo(framed(new LineBasedFrameDecoder(MAX, false, false), pieces));
            assertThat(frames).as("seed %s", seed).filteredOn(frame -> frame.indexOf('\n') < frame.length() - 1)
                .allSatisfy(many -> assertThat(lines(List.of(many)))
                    .allSatisfy(line -> assertThat(line).endsWith("\r\n").doesNotStartWith(".")));
        }
    }

    @Test
    void linesThatNeedNoLookComeAsOne() {
        assertThat(framed(framing(() -> true), List.of("one\r\ntwo\r\n\r\nthr", "ee\r\nfour\r\n.\r\nfive\r\nsi", "x\r\n")))
            .containsExactly("one\r\ntwo\r\n\r\n", "three\r\n", "four\r\n", ".\r\n", "five\r\n", "six\r\n");
    }

    @Test
    void outsideOfABodyEachLineComesByItself() {
        assertThat(framed(framing(() -> false), List.of("one\r\ntwo\r\n"))).containsExactly("one\r\n", "two\r\n");
    }
}
