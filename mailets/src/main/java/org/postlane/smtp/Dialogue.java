// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.ScheduledFuture;

/**
 * Matches replies to commands on one connection: first come, first answered. The first thing that does not match breaks
 * the connection for good, because from there on every reply could be taken for another command's.
 *
 * <p>Everything here happens on the connection's event loop.
 */
final class Dialogue extends SimpleChannelInboundHandler<Reply> {
    private final Deque<Expected> expected = new ArrayDeque<>();
    private final ReplyDecoder decoder;
    private final Headway headway;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private Channel channel;
    private ScheduledFuture<?> deadline;
    // Written on the event loop only; read by isIntact from any thread.
    private volatile IOException broken;
    private volatile boolean shuttingDown;
    private volatile boolean hungUp;
    private Consumer<IOException> onEnd = why -> { };

    /**
     * A dialogue.
     *
     * @param clock as {@link System#nanoTime}: how long the server has been silent goes by it
     */
    Dialogue(ReplyDecoder decoder, LongSupplier clock) {
        this.decoder = decoder;
        this.headway = new Headway(clock);
    }

    /** Whether it gets on. */
    Headway headway() {
        return headway;
    }

    /** The next reply that no earlier command claims. Its time begins to run when the reply before it has come. */
    CompletableFuture<Reply> expect(String what, Duration limit) {
        return expect(new Expected(what, () -> 1, limit)).reply();
    }

    /** As above, for an answer of which more is known. What is already broken fails it at once. */
    Expected expect(Expected next) {
        if (broken == null && expected.isEmpty() && !decoder.isBetweenReplies()) {
            // What is here already cannot be the answer to what has yet to be said.
            abort(new ProtocolViolationException("The server sent more than was asked for, before " + next.what()));
        }
        if (broken != null) {
            next.fail(broken);
            return next;
        }
        expected.add(next);
        if (expected.size() == 1) {
            startClock(next);
        }
        return next;
    }

    /** Gives what was expected without a limit one from now on, or from when its turn comes. */
    void limit(Expected one, Duration limit) {
        one.setLimit(limit);
        if (expected.peek() == one) {
            stopClock();
            startClock(one);
        }
    }

    /** Queues a command line; {@link #flush()} sends it. A line that could end early never gets here: its parts are typed. */
    CompletableFuture<Reply> command(String line, Duration limit) {
        return command(line, line, limit);
    }

    /** As above, for a line that must not be shown: messages use {@code shown} instead. */
    CompletableFuture<Reply> command(String line, String shown, Duration limit) {
        if (line.indexOf('\r') >= 0 || line.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("A command of more than one line: " + ReplyDecoder.printable(shown));
        }
        CompletableFuture<Reply> reply = expect(shown, limit);
        if (broken == null) {
            // A failed write closes the channel, and channelInactive then fails whatever is expected.
            ChannelFuture unused = channel.write(Unpooled.copiedBuffer(line + "\r\n", StandardCharsets.UTF_8));
        }
        return reply;
    }

    void flush() {
        channel.flush();
    }

    /** Sends one command line, and whatever is queued before it, now. */
    CompletableFuture<Reply> ask(String line, Duration limit) {
        return ask(line, line, limit);
    }

    /** As above, for a line that must not be shown. */
    CompletableFuture<Reply> ask(String line, String shown, Duration limit) {
        CompletableFuture<Reply> reply = command(line, shown, limit);
        flush();
        return reply;
    }

    /** Who else is to be told when nothing more will be answered, in place of whom it was before. */
    void onEnd(Consumer<IOException> told) {
        onEnd = told;
        if (broken != null) {
            told.accept(broken);
        }
    }

    /** Completes once the connection is closed, by whomever. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    /** Whether the connection is open and nothing has gone wrong on it. The one question that any thread may ask. */
    boolean isIntact() {
        return broken == null && !shuttingDown && channel.isActive();
    }

    /** Whether nothing is expected and nothing has come: the only state in which a next transaction may begin. */
    boolean isInSync() {
        return isIntact() && expected.isEmpty() && decoder.isBetweenReplies();
    }

    /** Whether the server has said 421: it takes nothing more, and what was not answered before it was not done. */
    boolean isShuttingDown() {
        return shuttingDown;
    }

    /** Whether what the server said did not fit what it was asked. Any thread may ask. */
    boolean isOutOfStep() {
        return broken instanceof ProtocolViolationException;
    }

    /** Whether it was given up because an answer did not come in time. */
    boolean isTimedOut() {
        return broken instanceof ReplyTimeoutException;
    }

    /** Whether the server closed or reset it, before this side did and with nothing said about it. Any thread may ask. */
    boolean isHungUp() {
        return hungUp && !shuttingDown;
    }

    /** Whether part of a reply lies unread, which before a TLS handshake is an injection (RFC 3207 6). */
    boolean hasUnreadOctets() {
        return !decoder.isBetweenReplies();
    }

    /** Ends the connection without further words; what is expected fails with {@code why}. */
    void abort(IOException why) {
        if (broken == null) {
            // What could not be written any more is told before the end itself.
            hungUp = hungUp || (channel != null && !channel.isActive());
            broken = why;
        }
        if (channel != null) {
            // Nothing is left to say, so nothing is left to learn from how the closing went.
            ChannelFuture unused = channel.close();
        }
        failExpected();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Reply reply) {
        if (broken != null) {
            return;
        }
        stopClock();
        headway.replied();
        if (reply.code() == Reply.CLOSING) {
            shuttingDown = true;
        }
        Expected head = expected.peek();
        if (head == null) {
            abort(new ProtocolViolationException("The server sent a reply that nothing had asked for: " + reply));
            return;
        }
        head.accept(reply);
        boolean answered = head.isAnswered();
        if (answered) {
            expected.remove();
        }
        Expected next = expected.peek();
        if (next != null) {
            startClock(next);
        }
        if (answered) {
            head.complete();
        }
        if (shuttingDown) {
            abort(SmtpException.host("The server is closing the connection", reply));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (broken == null && expected.isEmpty() && !decoder.isBetweenReplies()) {
            abort(new ProtocolViolationException("The server began a reply that nothing had asked for"));
        }
        context.fireChannelReadComplete();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable root = cause instanceof io.netty.handler.codec.DecoderException && cause.getCause() != null
            ? cause.getCause() : cause;
        if (broken == null && root instanceof IOException && !(root instanceof ProtocolViolationException)) {
            hungUp = true;
        }
        abort(root instanceof IOException ? (IOException) root : new IOException(String.valueOf(root.getMessage()), root));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (broken == null) {
            hungUp = true;
            broken = new IOException("The server closed the connection" + expected.stream().findFirst()
                .map(head -> " instead of answering " + head.what()).orElse(""));
        }
        failExpected();
        closed.complete(null);
        context.fireChannelInactive();
    }

    private void failExpected() {
        stopClock();
        onEnd.accept(broken);
        Expected head;
        while ((head = expected.poll()) != null) {
            head.fail(broken);
        }
    }

    private void startClock(Expected head) {
        Duration limit = head.limit();
        if (limit == null) {
            return;
        }
        deadline = channel.eventLoop().schedule(() -> abort(new ReplyTimeoutException(head.what(), limit)),
            limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void stopClock() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
