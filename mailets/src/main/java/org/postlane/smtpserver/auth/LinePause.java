// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.util.ArrayDeque;
import java.util.Deque;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.util.ReferenceCountUtil;
import org.apache.james.protocols.netty.HandlerConstants;

/**
 * Stands right in front of James' own handler from the first AUTH of a connection on. While a password is being checked it keeps
 * what the client sends already, in its order, and it hears of lines that are too long, which the exchange must know. For the
 * thread of its channel.
 */
final class LinePause extends ChannelInboundHandlerAdapter {
    private static final String NAME = "postlaneAuthPause";
    /** A client has nothing to say before it has its answer; what was read already may be some 60 KB. */
    private static final int FULL = 8;

    private final Deque<Object> kept = new ArrayDeque<>();
    private ChannelHandlerContext context;
    private boolean pausing;
    private boolean pausedReading;
    private Runnable onTooLongLine;

    /** The one of this channel. */
    static LinePause of(Channel channel) {
        LinePause there = (LinePause) channel.pipeline().get(NAME);
        if (there != null) {
            return there;
        }
        LinePause pause = new LinePause();
        channel.pipeline().addBefore(HandlerConstants.CORE_HANDLER, NAME, pause);
        return pause;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    /** From here on nothing reaches James. */
    void begin() {
        pausing = true;
    }

    /** James gets what has come meanwhile. */
    void end() {
        pausing = false;
        while (!pausing && !kept.isEmpty()) {
            Object next = kept.pollFirst();
            if (next instanceof TooLongFrameException) {
                tooLong((TooLongFrameException) next);
            } else {
                context.fireChannelRead(next);
            }
        }
        if (pausedReading && kept.size() < FULL) {
            pausedReading = false;
            context.channel().config().setAutoRead(true);
        }
    }

    /** What to do about a line that is too long, in the place of James; null for what James does. */
    void onTooLongLine(Runnable action) {
        onTooLongLine = action;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!pausing && kept.isEmpty()) {
            ctx.fireChannelRead(message);
            return;
        }
        kept.add(message);
        if (kept.size() >= FULL && !pausedReading) {
            pausedReading = true;
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof TooLongFrameException)) {
            ctx.fireExceptionCaught(cause);
        } else if (pausing || !kept.isEmpty()) {
            kept.add(cause);
        } else {
            tooLong((TooLongFrameException) cause);
        }
    }

    private void tooLong(TooLongFrameException cause) {
        if (onTooLongLine == null) {
            context.fireExceptionCaught(cause);
        } else {
            onTooLongLine.run();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        discard();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        discard();
    }

    private void discard() {
        kept.forEach(ReferenceCountUtil::release);
        kept.clear();
    }
}
