// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import org.apache.james.protocols.netty.HandlerConstants;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private final List<String> order = new ArrayList<>();
    private final Intake intake = new Intake(() -> false);
    private final EmbeddedChannel channel = new EmbeddedChannel();

    /** Deals at once with whatever comes. */
    private final class Gate extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf octets = (ByteBuf) message;
            order.add(octets.readableBytes() + " octets");
            octets.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            ((Intake) event).goOn();
        }
    }

    @Test
    void whatOneClientSendsLeavesOtherSessionsOfTheThreadTheirTurnEvenIfItIsDealtWithAtOnce() {
        channel.pipeline().addLast(Intake.NAME, intake);
        channel.pipeline().addLast(HandlerConstants.FRAMER, new ChannelInboundHandlerAdapter());
        channel.pipeline().addLast(new Gate());
        intake.begin();
        channel.eventLoop().execute(() -> order.add("another session"));
        channel.writeInbound(Unpooled.copiedBuffer("NOOP\r\n".repeat(2 * Intake.LINES), US_ASCII));

        assertThat(order).containsExactly(6 * Intake.LINES + " octets", "another session", 6 * Intake.LINES + " octets");
        assertThat(channel.config().isAutoRead()).isTrue();
    }
}
