// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.util.ReferenceCountUtil;
import org.apache.james.protocols.netty.HandlerConstants;
import org.postlane.smtpserver.CommandGate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a connection on which the client, or somebody between, has said something in plain text behind STARTTLS: within TLS it
 * would pass for what the client has said there (RFC 3207 4.2). James looks for that in its framing, but not once there was a
 * DATA, and not where the word begins with a blank.
 *
 * <p>When STARTTLS is granted, what is left of the plain text may wait in the framing, as part of a line even, on the way from
 * the framing's thread, or in handlers that hold lines back. A mark, a line that nobody can guess, is therefore sent through all
 * of them in front of the first octets that come out of TLS. This handler stands right in front of James' own until the mark
 * arrives: everything in front of it is plain text. For the thread of the channel.
 */
final class StartOfTls extends ChannelInboundHandlerAdapter {
    private static final Logger LOGGER = LoggerFactory.getLogger(StartOfTls.class);
    private static final String NAME = "postlaneStartOfTls";
    private static final String MARKER = "postlaneTlsMarker";

    private final ByteBuf mark;
    private boolean ended;

    private StartOfTls(ByteBuf mark) {
        this.mark = mark;
    }

    /** To be called before STARTTLS is answered; nothing that was read until then gets past. Once for a channel. */
    static void expect(Channel channel) {
        if (channel.pipeline().get(NAME) != null) {
            return;
        }
        ByteBuf mark = Unpooled.unreleasableBuffer(
            Unpooled.copiedBuffer("* " + UUID.randomUUID() + "\r\n", StandardCharsets.US_ASCII)).asReadOnly();
        channel.pipeline().addBefore(CommandGate.entrance(channel.pipeline()), MARKER, new Marker(mark));
        channel.pipeline().addBefore(HandlerConstants.CORE_HANDLER, NAME, new StartOfTls(mark));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf)) {
            context.fireChannelRead(message);
            return;
        }
        boolean isMark = !ended && ByteBufUtil.equals((ByteBuf) message, mark);
        ReferenceCountUtil.release(message);
        if (isMark) {
            context.pipeline().remove(this);
        } else {
            end(context);
        }
    }

    /** The plain text, or it and the mark, may be a line that is too long. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof TooLongFrameException) {
            end(context);
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    private void end(ChannelHandlerContext context) {
        if (!ended) {
            ended = true;
            LOGGER.info("A connection is ended: there was plain text behind STARTTLS");
            var unusedClose = context.channel().close();
        }
    }

    /** Stands in front of all that holds plain text back: what it reads comes out of TLS already. */
    private static final class Marker extends ChannelInboundHandlerAdapter {
        private final ByteBuf mark;

        private Marker(ByteBuf mark) {
            this.mark = mark;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.fireChannelRead(mark.copy());
            context.fireChannelRead(message);
            context.pipeline().remove(this);
        }
    }
}
