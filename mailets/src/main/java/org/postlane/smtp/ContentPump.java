// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;

/**
 * Sends content piece by piece: a piece is read on a thread that may block, written on the connection's, and the next one is
 * read only when the network has taken it. So a slow peer holds one piece of memory and no thread.
 */
final class ContentPump {
    private final Channel channel;
    private final Content content;
    private final Executor reader;
    private final Duration blockLimit;
    private final DotStuffer stuffer = new DotStuffer();
    private final CompletableFuture<Void> sent = new CompletableFuture<>();
    private InputStream in;
    private volatile boolean dotSent;

    ContentPump(Channel channel, Content content, Executor reader, Duration blockLimit) {
        this.channel = channel;
        this.content = content;
        this.reader = reader;
        this.blockLimit = blockLimit;
    }

    /** Completes when the final dot has been handed to the network; fails when the content can't be read or written. */
    CompletableFuture<Void> start() {
        nextPiece();
        return sent;
    }

    /** Whether the final dot has been handed to the network: only then can a reply be the one to all of the content. */
    boolean isComplete() {
        return sent.isDone() && !sent.isCompletedExceptionally();
    }

    /** Whether the final dot may have left: from then on nobody knows whether the server has the message until it says so. */
    boolean isDotSent() {
        return dotSent;
    }

    private void nextPiece() {
        try {
            reader.execute(this::readAndWrite);
        } catch (RejectedExecutionException e) {
            fail(new IOException("The client is being closed", e));
        }
    }

    private void readAndWrite() {
        ByteBuf piece = null;
        try {
            if (in == null) {
                in = content.open();
            }
            byte[] octets = in.readNBytes(SmtpLimits.CONTENT_CHUNK_OCTETS);
            piece = channel.alloc().buffer(DotStuffer.worstCase(octets.length));
            stuffer.encode(octets, octets.length, piece);
            boolean last = octets.length < SmtpLimits.CONTENT_CHUNK_OCTETS;
            if (last) {
                in.close();
                stuffer.end(piece);
                dotSent = true;
            }
            Future<?> limit = limitWrite();
            ByteBuf toWrite = piece;
            piece = null;
            write(toWrite, limit, last);
        } catch (IOException | RuntimeException | Error e) {
            // An Error too: nobody else would ever end this transaction, which has no clock while we are the ones to send.
            if (piece != null) {
                piece.release();
            }
            fail(e instanceof IOException ? e : new IOException("The message could not be read: " + e, e));
        }
    }

    private Future<?> limitWrite() {
        return channel.eventLoop().schedule(
            () -> fail(new IOException("The server took no content for " + blockLimit.toMillis() + " ms")),
            blockLimit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void write(ByteBuf piece, Future<?> limit, boolean last) {
        // The promise has its listener before the octets leave: the reply to them may be read before this thread gets further.
        ChannelPromise promise = channel.newPromise();
        promise.addListener(written -> {
            limit.cancel(false);
            if (!written.isSuccess()) {
                fail(written.cause());
            } else if (last) {
                sent.complete(null);
            } else if (!sent.isDone()) {
                nextPiece();
            } else {
                closeOnReader();
            }
        });
        ChannelFuture unused = channel.writeAndFlush(piece, promise);
    }

    private void fail(Throwable why) {
        sent.completeExceptionally(why);
        closeOnReader();
    }

    /** Closing may block as reading may, so it is not for the event loop; a client being closed has no other thread left. */
    private void closeOnReader() {
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
