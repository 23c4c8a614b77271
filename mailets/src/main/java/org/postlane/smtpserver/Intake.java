// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Reads no further from a client than {@link #AHEAD} octets before James has dealt with what came earlier. Left to itself, James
 * cuts lines on one thread and works on them on another, and reads as fast as the client sends: a large message waits in memory
 * however its lines are stored.
 *
 * <p>Stands in front of the framing. Behind so many octets it stops reading and sends itself through the pipeline, as an event
 * that passes nothing and is passed by nothing; the {@link CommandGate}, from behind the last of the lines, lets it go on.
 * For the thread of its channel.
 */
final class Intake extends ChannelInboundHandlerAdapter {
    /** Its name in the pipeline. */
    static final String NAME = "postlaneIntake";
    /** As much as Netty reads at once; the kernel holds more than this ready for the next time. */
    private static final int AHEAD = 64 * 1024;

    private int octets;
    private boolean paused;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        octets += message instanceof ByteBuf ? ((ByteBuf) message).readableBytes() : 0;
        context.fireChannelRead(message);
        if (octets >= AHEAD && !paused) {
            paused = true;
            octets = 0;
            context.channel().config().setAutoRead(false);
            context.fireUserEventTriggered(this);
        }
    }

    /** Everything that was read before it stopped has been dealt with. */
    void goOn(ChannelHandlerContext context) {
        paused = false;
        context.channel().config().setAutoRead(true);
    }
}
