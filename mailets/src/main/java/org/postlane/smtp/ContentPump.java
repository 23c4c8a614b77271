// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;

/**
 * Sends content piece by piece: a piece is read on a thread that may block, written on the connection's, and the next one is
 * read only when the network has taken it. So a slow peer holds one piece of memory and no thread. Content that is in memory and
 * fits into one piece is sent at once: for a small mail, going to another thread and back costs more than all the rest.
 *
 * <p>But for the reading, everything here happens on the event loop.
 */
final class ContentPump {
    private final Link link;
    private final Channel channel;
    private final Dialogue dialogue;
    private final Executor reader;
    private final Duration blockLimit;
    private final Content content;
    private final Framing framing;
    private final CompletableFuture<Boolean> sent = new CompletableFuture<>();
    private InputStream in;
    private Future<?> readLimit;
    private PhaseListener.Span phase;
    private volatile boolean reading;
    private volatile boolean stopped;
    private boolean lastPieceLeft;

    ContentPump(Link link, Content content, Framing framing) {
        this.link = link;
        this.channel = link.channel();
        this.dialogue = link.dialogue();
        this.reader = link.reader();
        this.blockLimit = link.timeouts().block();
        this.content = content;
        this.framing = framing;
    }

    /**
     * Begins. Completes with true when the network has taken the last piece, with false when the framing or {@link #stop} ended
     * it before that; fails with an {@link UnreadableContentException}, or when it can't be written.
     */
    CompletableFuture<Boolean> start() {
        phase = link.begin(PhaseListener.Phase.CONTENT);
        Optional<byte[]> onlyPiece = content.inMemory().filter(octets -> octets.length < framing.nextOctets());
        if (onlyPiece.isPresent()) {
            offerOnly(onlyPiece.get());
        } else {
            nextPiece();
        }
        return sent;
    }

    /** All of it has left. */
    void left() {
        phase.end();
    }

    /** Whether the network has taken all of it: only then can a reply be the one to all of it. */
    boolean isComplete() {
        return sent.isDone() && !sent.isCompletedExceptionally() && sent.join();
    }

    /** Whether the last piece may have left: from then on nobody knows whether the server has the message until it says so. */
    boolean isLastPieceLeft() {
        return lastPieceLeft;
    }

    /** Nothing more of it is wanted: what is being written is written, and no further piece. */
    void stop() {
        stopped = true;
    }

    /** The connection has ended. */
    void cancel(IOException why) {
        fail(why);
    }

    private void nextPiece() {
        try {
            // A disk or an object store may hang as well as a peer; the thread that waits for it is lost, the transaction is not.
            readLimit = limited(() -> new UnreadableContentException(
                new IOException("nothing came for " + blockLimit.toMillis() + " ms")));
            reading = true;
            reader.execute(this::readPiece);
        } catch (RejectedExecutionException e) {
            reading = false;
            fail(new IOException("The client is being closed", e));
        }
    }

    private void readPiece() {
        ByteBuf piece = null;
        try {
            if (in == null) {
                in = content.open();
            }
            int wanted = framing.nextOctets();
            byte[] octets = in.readNBytes(wanted);
            boolean last = octets.length < wanted;
            if (last) {
                in.close();
            }
            piece = framed(octets, last);
            ByteBuf framed = piece;
            channel.eventLoop().execute(() -> offer(framed, last));
        } catch (IOException | RuntimeException | Error e) {
            // An Error too: nobody else would ever end this transaction, which has no clock while we are the ones to send.
            if (piece != null) {
                piece.release();
            }
            reading = false;
            fail(new UnreadableContentException(e));
        }
    }

    private ByteBuf framed(byte[] octets, boolean last) {
        ByteBuf framed = channel.alloc().buffer(framing.usualRoom(octets.length));
        try {
            framing.frame(octets, last, framed);
            return framed;
        } catch (RuntimeException | Error e) {
            // It may have had to grow, and there may have been no memory for that.
            framed.release();
            throw e;
        }
    }

    private void offerOnly(byte[] octets) {
        ByteBuf piece;
        try {
            piece = framed(octets, true);
        } catch (RuntimeException | Error e) {
            fail(new UnreadableContentException(e));
            return;
        }
        offerFramed(piece, true);
    }

    private void offer(ByteBuf piece, boolean last) {
        reading = false;
        readLimit.cancel(false);
        offerFramed(piece, last);
    }

    private void offerFramed(ByteBuf piece, boolean last) {
        // Until now it was we who kept the server waiting.
        dialogue.headway().progressed();
        CompletableFuture<Void> unused = framing.mayLeave(last).handle((may, failure) -> {
            if (failure == null && may && !stopped && !sent.isDone()) {
                write(piece, last);
                return null;
            }
            piece.release();
            closeOnReader();
            if (failure == null) {
                sent.complete(false);
            } else {
                sent.completeExceptionally(Futures.rootOf(failure));
            }
            return null;
        });
    }

    private void write(ByteBuf piece, boolean last) {
        lastPieceLeft |= last;
        dialogue.headway().contentLeaves(last);
        framing.leaving(last);
        Future<?> limit = limited(() -> new IOException("The server took no content for " + blockLimit.toMillis() + " ms"));
        ChannelPromise promise = channel.newPromise();
        promise.addListener(written -> {
            limit.cancel(false);
            dialogue.headway().progressed();
            if (!written.isSuccess()) {
                fail(written.cause());
            } else if (last) {
                sent.complete(true);
            } else if (!sent.isDone()) {
                nextPiece();
            } else {
                closeOnReader();
            }
        });
        ChannelFuture unused = channel.writeAndFlush(piece, promise);
    }

    private Future<?> limited(Supplier<IOException> tooLate) {
        return channel.eventLoop().schedule(() -> fail(tooLate.get()), blockLimit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void fail(Throwable why) {
        if (readLimit != null) {
            readLimit.cancel(false);
        }
        sent.completeExceptionally(why);
        closeOnReader();
    }

    /**
     * Closing may block as reading may, so it is not for the event loop; a client being closed has no other thread left. What
     * is being read is closed when that has ended.
     */
    private void closeOnReader() {
        if (reading || (in == null && readLimit == null)) {
            return;
        }
        try {
            reader.execute(this::closeQuietly);
        } catch (RejectedExecutionException e) {
            closeQuietly();
        }
    }

    private void closeQuietly() {
        try {
            if (in != null) {
                in.close();
            }
        } catch (IOException e) {
            // The transaction has failed already, and with a better reason.
            sent.completeExceptionally(e);
        }
    }
}
