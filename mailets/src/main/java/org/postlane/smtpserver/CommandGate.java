// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.util.ReferenceCountUtil;

/**
 * Stands in a session's pipeline in front of James' own handler, which answers each line before it returns. A line that needs
 * something looked up waits here until it is known, and so do the lines behind it: the thread goes on with other sessions, and
 * commands that came together are answered in their order (RFC 2920 3.1).
 *
 * <p>Lines are looked at whatever they are, also within DATA: to look up an address too many does no harm. For the thread of its
 * channel.
 */
final class CommandGate extends ChannelInboundHandlerAdapter {
    /** Its name in the pipeline. */
    static final String NAME = "postlaneGate";
    /** So many lines behind the one that waits are looked at already: their answers are known when their turn comes. */
    private static final int AHEAD = 32;
    /** With so many waiting lines nothing more is read from the client; what was read already may be some 60 KB. */
    private static final int FULL = 256;

    private static final List<String> COMMANDS = List.of("RCPT", "MAIL");
    private static final CompletableFuture<?> NOTHING_TO_DO = CompletableFuture.completedFuture(null);

    /** What is to be done before James gets a line. */
    interface Preparation {
        /**
         * Begins what this line needs. Never blocks.
         *
         * @return done, with or without success, when James may have the line
         */
        CompletableFuture<?> prepare(String line);

        /** Begins what this line may need later; the result is not waited for. */
        void prepareAhead(String line);
    }

    private final Preparation preparation;
    /** Lines and complaints about lines, in the order in which they came. */
    private final Deque<Object> held = new ArrayDeque<>();
    /** How many of them, from the first on, have been looked at. */
    private int seen;
    private boolean waiting;
    private boolean pausedReading;

    CommandGate(Preparation preparation) {
        this.preparation = preparation;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf) || !isHolding()) {
            pass(context, message);
            return;
        }
        held.add(message);
        lookAhead();
        if (held.size() >= FULL && !pausedReading) {
            pausedReading = true;
            context.channel().config().setAutoRead(false);
        }
    }

    private boolean isHolding() {
        return waiting || !held.isEmpty();
    }

    /** Hands on what comes next, or begins to wait. */
    private void pass(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf)) {
            context.fireChannelRead(message);
            return;
        }
        CompletableFuture<?> ready = isOfInterest((ByteBuf) message)
            ? preparation.prepare(text((ByteBuf) message)) : NOTHING_TO_DO;
        if (ready.isDone()) {
            context.fireChannelRead(message);
            return;
        }
        waiting = true;
        held.addFirst(message);
        seen++;
        var unusedResume = ready.whenComplete((found, failure) -> context.executor().execute(() -> resume(context)));
    }

    private void resume(ChannelHandlerContext context) {
        waiting = false;
        Object first = next();
        if (first == null) {
            // The client has gone meanwhile.
            return;
        }
        context.fireChannelRead(first);
        while (!waiting && !held.isEmpty()) {
            Object next = next();
            if (next instanceof Throwable) {
                context.fireExceptionCaught((Throwable) next);
            } else {
                pass(context, next);
            }
            lookAhead();
        }
        if (pausedReading && held.size() < FULL / 2) {
            pausedReading = false;
            context.channel().config().setAutoRead(true);
        }
    }

    private Object next() {
        seen = Math.max(0, seen - 1);
        return held.pollFirst();
    }

    /** Looks at many lines at once, and not at one whenever one leaves. */
    private void lookAhead() {
        if (seen > AHEAD / 2) {
            return;
        }
        int at = 0;
        for (Object line : held) {
            if (at == AHEAD) {
                break;
            }
            if (at++ >= seen && line instanceof ByteBuf && isOfInterest((ByteBuf) line)) {
                preparation.prepareAhead(text((ByteBuf) line));
            }
        }
        seen = at;
    }

    /** A line that is too long is answered in its turn. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof TooLongFrameException && isHolding()) {
            held.add(cause);
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        discard();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        discard();
    }

    private void discard() {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
        seen = 0;
    }

    /** Whether it begins as MAIL or RCPT does; most lines are those of messages. */
    private static boolean isOfInterest(ByteBuf line) {
        int at = line.readerIndex();
        while (at < line.writerIndex() && line.getByte(at) <= ' ') {
            // James trims a line before it reads it.
            at++;
        }
        return line.writerIndex() - at > COMMANDS.get(0).length() && COMMANDS.contains(
            line.toString(at, COMMANDS.get(0).length(), StandardCharsets.US_ASCII).toUpperCase(Locale.US));
    }

    private static String text(ByteBuf line) {
        return line.toString(StandardCharsets.US_ASCII);
    }
}
