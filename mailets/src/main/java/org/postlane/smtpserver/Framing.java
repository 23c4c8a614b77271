// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.Optional;
import java.util.function.BooleanSupplier;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.util.concurrent.EventExecutor;
import org.apache.james.protocols.netty.AbstractChannelPipelineFactory;
import org.apache.james.protocols.netty.AllButStartTlsLineBasedChannelHandler;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * Cuts what comes from a client into lines on the thread of its channel, which works on them. James has other threads for the
 * cutting, so that each piece that is read goes there, and each line of it comes back by itself: for a small message that costs
 * more than all that is done with its lines. In the body of a message, lines that need no look are handed on many at a time.
 */
final class Framing {
    private static final String NAME = "postlaneFraming";
    private static final String STARTTLS = "starttls";
    /** Without its end, as James has it. */
    private static final int MAX_LINE = AbstractChannelPipelineFactory.MAX_LINE_LENGTH;

    private Framing() {
    }

    /**
     * Puts the same framing on the channel's own thread. To be called there, while nothing is handed to the framing.
     *
     * @param inBody whether many lines may come as one now
     * @param moved runs there when what the other thread still had has come from it; part of a line, at most
     * @return false where it is there already, or is none that is known; nobody is told then
     */
    static boolean moveHere(ChannelPipeline pipeline, BooleanSupplier inBody, Runnable moved) {
        ChannelHandlerContext there = pipeline.context(HandlerConstants.FRAMER);
        EventExecutor here = pipeline.channel().eventLoop();
        Optional<ChannelHandler> same =
            there == null || there.executor() == here ? Optional.empty() : like(pipeline, there.handler(), inBody);
        same.ifPresent(framing -> {
            pipeline.addAfter(HandlerConstants.FRAMER, NAME, framing);
            // What it still has it hands to the next, which cuts lines out of it, or out of lines, as before.
            pipeline.remove(there.handler());
            there.executor().execute(() -> here.execute(moved));
        });
        return same.isPresent();
    }

    /** Those that James has for SMTP, as it makes them. */
    static Optional<ChannelHandler> like(ChannelPipeline pipeline, ChannelHandler framer, BooleanSupplier inBody) {
        if (framer.getClass().equals(AllButStartTlsLineBasedChannelHandler.class)) {
            return Optional.of(new LinesOfSmtp(pipeline, inBody));
        }
        return framer.getClass().equals(LineBasedFrameDecoder.class) ? Optional.of(new Lines(inBody)) : Optional.empty();
    }

    /** James' framing of a server that offers STARTTLS. */
    private static final class LinesOfSmtp extends AllButStartTlsLineBasedChannelHandler {
        private final BooleanSupplier inBody;
        /** Whether the framing has seen part of a line, and remembers how much. */
        private boolean isWithinLine;

        LinesOfSmtp(ChannelPipeline pipeline, BooleanSupplier inBody) {
            super(pipeline, MAX_LINE, false, STARTTLS);
            this.inBody = inBody;
        }

        @Override
        protected Object decode(ChannelHandlerContext context, ByteBuf octets) throws Exception {
            Object lines = isWithinLine || !inBody.getAsBoolean() ? null : plainLines(octets);
            if (lines == null) {
                lines = super.decode(context, octets);
                isWithinLine = lines == null;
            }
            return lines;
        }
    }

    /** James' framing of other servers. */
    private static final class Lines extends LineBasedFrameDecoder {
        private final BooleanSupplier inBody;
        private boolean isWithinLine;

        Lines(BooleanSupplier inBody) {
            super(MAX_LINE, false, false);
            this.inBody = inBody;
        }

        @Override
        protected Object decode(ChannelHandlerContext context, ByteBuf octets) throws Exception {
            Object lines = isWithinLine || !inBody.getAsBoolean() ? null : plainLines(octets);
            if (lines == null) {
                lines = super.decode(context, octets);
                isWithinLine = lines == null;
            }
            return lines;
        }
    }

    /**
     * Takes as many whole lines as there are, up to one at which anything has to be looked at: one that begins with a dot, has
     * another end than CR LF, or is too long.
     *
     * @return null where the first is such a one, or not whole
     */
    static ByteBuf plainLines(ByteBuf octets) {
        int begin = octets.readerIndex();
        int limit = octets.writerIndex();
        int end = begin;
        while (end < limit && octets.getByte(end) != '.') {
            int lineFeed = octets.indexOf(end, limit, (byte) '\n');
            if (lineFeed <= end || octets.getByte(lineFeed - 1) != '\r' || lineFeed - 1 - end > MAX_LINE) {
                break;
            }
            end = lineFeed + 1;
        }
        return end == begin ? null : octets.readRetainedSlice(end - begin);
    }
}
