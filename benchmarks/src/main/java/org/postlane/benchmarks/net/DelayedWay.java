// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.net;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;

/** One direction: what comes in at one channel goes out at the other when it is due. Lives on the thread of both. */
final class DelayedWay {
    /** What a way holds before it stops reading: far more than fits into a round trip of any test here. */
    private static final long MOST_OCTETS = 16L << 20;

    /** What comes out; {@code end} instead of octets for the end of the stream, {@code broken} for a reset. */
    private record Piece(long due, Object what) {
    }

    private enum Ending { END, BROKEN }

    private final long delayNanos;
    private final Deque<Piece> underWay = new ArrayDeque<>();
    private SocketChannel from;
    private SocketChannel to;
    private long octets;
    private boolean timerSet;

    DelayedWay(SocketChannel from, long delayNanos) {
        this.from = from;
        this.delayNanos = delayNanos;
    }

    void comesFrom(SocketChannel channel) {
        from = channel;
    }

    /** What came before this goes out as well. */
    void leadsTo(SocketChannel channel) {
        to = channel;
        var unused = to.closeFuture().addListener(closed -> forget());
        if (from != null) {
            letOut();
        }
    }

    /** Belongs into the pipeline of the channel that it comes from. */
    ChannelHandler entrance() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                octets += ((ByteBuf) message).readableBytes();
                take(message);
                if (octets > MOST_OCTETS) {
                    from.config().setAutoRead(false);
                }
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                if (event instanceof ChannelInputShutdownEvent) {
                    take(Ending.END);
                    closeIfDone(from);
                }
                ReferenceCountUtil.release(event);
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                take(Ending.BROKEN);
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                // A reset: it takes its time like everything else, and then ends the other side.
                var unused = context.close();
            }
        };
    }

    private void take(Object what) {
        underWay.add(new Piece(System.nanoTime() + delayNanos, what));
        letOut();
    }

    private void letOut() {
        if (to == null || timerSet) {
            return;
        }
        boolean wrote = false;
        while (!underWay.isEmpty()) {
            long wait = underWay.peek().due() - System.nanoTime();
            if (delayNanos > 0 && wait > 0) {
                timerSet = true;
                var unused = to.eventLoop().schedule(this::due, wait, TimeUnit.NANOSECONDS);
                break;
            }
            wrote |= write(underWay.remove().what());
        }
        if (wrote) {
            to.flush();
        }
    }

    private void due() {
        timerSet = false;
        letOut();
    }

    private boolean write(Object what) {
        if (what instanceof Ending ending) {
            // Behind what was written: Netty drops what waits in a channel whose end comes at once.
            var unused = to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> end(ending));
            return false;
        }
        octets -= ((ByteBuf) what).readableBytes();
        if (octets <= MOST_OCTETS && !from.config().isAutoRead()) {
            from.config().setAutoRead(true);
        }
        var unused = to.write(what, to.voidPromise());
        return true;
    }

    private void end(Ending ending) {
        if (ending == Ending.BROKEN) {
            var unused = to.close();
        } else {
            var unused = to.shutdownOutput();
            closeIfDone(to);
        }
    }

    /** Netty leaves a channel open that has ended in both directions. */
    private static void closeIfDone(SocketChannel channel) {
        if (channel.isInputShutdown() && channel.isOutputShutdown()) {
            var unused = channel.close();
        }
    }

    private void forget() {
        underWay.forEach(piece -> ReferenceCountUtil.release(piece.what()));
        underWay.clear();
    }
}
