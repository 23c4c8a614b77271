// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import org.apache.james.protocols.netty.HandlerConstants;
import org.postlane.smtpserver.CommandGate;

/**
 * Stands right in front of James' own handler from the first AUTH of a connection on. While a password is being checked it has
 * the gate keep what the client sends already, in its order; the gate bounds how much that is. And it hears of lines that are
 * too long, which the exchange must know. For the thread of its channel.
 */
final class LinePause extends ChannelInboundHandlerAdapter {
    private static final String NAME = "postlaneAuthPause";

    private final Channel channel;
    private final CommandGate gate;
    private Runnable onTooLongLine;

    private LinePause(Channel channel, CommandGate gate) {
        this.channel = channel;
        this.gate = gate;
    }

    /** The one of this channel. */
    static LinePause of(Channel channel, CommandGate gate) {
        LinePause there = (LinePause) channel.pipeline().get(NAME);
        if (there != null) {
            return there;
        }
        LinePause pause = new LinePause(channel, gate);
        channel.pipeline().addBefore(HandlerConstants.CORE_HANDLER, NAME, pause);
        return pause;
    }

    Channel channel() {
        return channel;
    }

    /** From here on nothing reaches James. */
    void begin() {
        gate.pause();
    }

    /** James gets what has come meanwhile. */
    void end() {
        gate.goOn();
    }

    /** What to do about a line that is too long, in the place of James; null for what James does. */
    void onTooLongLine(Runnable action) {
        onTooLongLine = action;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof TooLongFrameException && onTooLongLine != null) {
            onTooLongLine.run();
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
