// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Hands on no more from a client than {@link #OCTETS} and {@link #LINES} before James has dealt with what came earlier, and
 * reads no further meanwhile. Left to itself, James cuts lines on one thread and works on them on another, and reads as fast as
 * the client sends: a large message waits in memory however its lines are stored. A line that waits costs some hundred octets
 * more than it has; clients may send empty ones.
 *
 * <p>Stands in front of the framing. Behind so much it stops and sends itself through the pipeline, as an event that passes
 * nothing and is passed by nothing; the {@link CommandGate}, from behind the last of the lines, lets it go on. For the thread of
 * its channel.
 */
final class Intake extends ChannelInboundHandlerAdapter {
    /** Its name in the pipeline. */
    static final String NAME = "postlaneIntake";
    /** As much as Netty reads at once; the kernel holds more than this ready for the next time. */
    static final int OCTETS = 64 * 1024;
    /** Of usual length they make as many octets. */
    static final int LINES = 1024;

    private static final byte LF = '\n';

    /** What was read behind that, as it was read: what was under way when reading stopped. */
    private final Deque<Object> rest = new ArrayDeque<>();
    private final BooleanSupplier inBody;
    private ChannelHandlerContext context;
    private int octets;
    private int lines;
    private boolean paused;
    /** Whether reading is switched off here. */
    private boolean stopped;
    private boolean handingOn;
    /** Whether the framing is where this is: on the channel's own thread. */
    private boolean isFramingHere;

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    /** @param inBody whether what comes now is of the body of a message, and nothing in front of it is held back */
    Intake(BooleanSupplier inBody) {
        this.inBody = inBody;
    }

    /** Begins, once the {@link CommandGate} is there: what has come already goes its way before the framing is moved. */
    void begin() {
        pause();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        rest.add(message);
        handOn();
    }

    /** What was handed on has been dealt with. */
    void goOn() {
        if (!isFramingHere) {
            isFramingHere = true;
            if (Framing.moveHere(context.pipeline(), inBody, this::goOn)) {
                return;
            }
        }
        if (handingOn) {
            // It was dealt with at once: other sessions of this thread have their turn first, and nothing is read meanwhile.
            context.executor().execute(this::goOnNow);
        } else {
            goOnNow();
        }
    }

    private void goOnNow() {
        paused = false;
        octets = 0;
        lines = 0;
        handOn();
    }

    private void handOn() {
        if (handingOn) {
            // The loop below goes on by itself.
            return;
        }
        handingOn = true;
        try {
            while (!paused && !rest.isEmpty()) {
                context.fireChannelRead(next());
                if (octets >= OCTETS || lines >= LINES) {
                    pause();
                }
            }
        } finally {
            handingOn = false;
        }
        if (!paused && stopped) {
            stopped = false;
            context.channel().config().setAutoRead(true);
        }
    }

    private void pause() {
        paused = true;
        stopped = true;
        context.channel().config().setAutoRead(false);
        context.fireUserEventTriggered(this);
    }

    /** All of what was read first, or so many lines of it. */
    private Object next() {
        if (!(rest.peekFirst() instanceof ByteBuf)) {
            return rest.pollFirst();
        }
        ByteBuf first = (ByteBuf) rest.peekFirst();
        int begin = first.readerIndex();
        int end = begin;
        while (lines < LINES && end < first.writerIndex()) {
            int line = first.bytesBefore(end, first.writerIndex() - end, LF);
            end = line < 0 ? first.writerIndex() : end + line + 1;
            lines += line < 0 ? 0 : 1;
        }
        octets += end - begin;
        return end == first.writerIndex() ? rest.pollFirst() : first.readRetainedSlice(end - begin);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        discard();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        discard();
    }

    private void discard() {
        rest.forEach(ReferenceCountUtil::release);
        rest.clear();
    }
}
