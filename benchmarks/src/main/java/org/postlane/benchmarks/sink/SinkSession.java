// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;

/**
 * One connection. What stands in one segment is answered in one: replies are collected until nothing more is there to be read.
 */
final class SinkSession extends ChannelInboundHandlerAdapter {
    /** Worded as Postfix words them: a client that overlaps mails has to tell them apart. */
    private static final String OK = "250 2.0.0 Ok\r\n";
    private static final String SENDER_OK = "250 2.1.0 Ok\r\n";
    private static final String RECIPIENT_OK = "250 2.1.5 Ok\r\n";
    private static final String QUEUED = "250 2.0.0 Ok: queued as ";
    private static final String GREETING = "220 sink.test ESMTP\r\n";

    /** What the next octets are. */
    private enum Reading { COMMAND, DATA, CHUNK, NOTHING }

    private final Sink sink;
    private final SinkSettings settings;
    private final CommandLine line = new CommandLine();
    private final FinalDot finalDot = new FinalDot();
    private final StringBuilder replies = new StringBuilder();
    private Reading reading = Reading.COMMAND;
    private boolean inTransaction;
    private boolean encrypted;
    private int messagesHere;
    private long contentOctets;
    private long chunkLeft;
    private boolean lastChunk;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;

    SinkSession(Sink sink, SinkSettings settings) {
        this.sink = sink;
        this.settings = settings;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (sink.admits(context.channel())) {
            say(context, GREETING);
        } else {
            end(context, "421 4.3.2 Too many connections\r\n");
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf octets = (ByteBuf) message;
        if (reading == Reading.NOTHING) {
            held = Unpooled.wrappedBuffer(held, octets);
            return;
        }
        read(context, octets);
    }

    /** Takes over {@code octets}. */
    private void read(ChannelHandlerContext context, ByteBuf octets) {
        try {
            while (octets.isReadable() && reading != Reading.NOTHING) {
                switch (reading) {
                    case COMMAND -> readCommand(context, octets);
                    case DATA -> readData(context, octets);
                    case CHUNK -> readChunk(context, octets);
                    default -> throw new IllegalStateException(reading.name());
                }
            }
            if (octets.isReadable()) {
                held = octets.readRetainedSlice(octets.readableBytes());
            }
        } finally {
            octets.release();
        }
    }

    private void readCommand(ChannelHandlerContext context, ByteBuf octets) {
        String command = line.read(octets);
        if (command != null) {
            answer(context, command);
        }
    }

    private void readData(ChannelHandlerContext context, ByteBuf octets) {
        int before = octets.readerIndex();
        boolean complete = finalDot.skipTo(octets);
        contentOctets += octets.readerIndex() - before;
        if (complete) {
            contentOctets -= FinalDot.OCTETS;
            complete(context);
        }
    }

    private void readChunk(ChannelHandlerContext context, ByteBuf octets) {
        int take = (int) Math.min(chunkLeft, octets.readableBytes());
        octets.skipBytes(take);
        chunkLeft -= take;
        if (chunkLeft == 0) {
            endOfChunk(context);
        }
    }

    private void endOfChunk(ChannelHandlerContext context) {
        if (lastChunk) {
            complete(context);
        } else {
            reading = Reading.COMMAND;
            replies.append(OK);
        }
    }

    private void complete(ChannelHandlerContext context) {
        inTransaction = false;
        messagesHere++;
        long octets = contentOctets;
        contentOctets = 0;
        if (settings.pause().isZero()) {
            reading = Reading.COMMAND;
            accept(octets);
            return;
        }
        reading = Reading.NOTHING;
        var unused = context.executor().schedule(() -> {
            accept(octets);
            reading = Reading.COMMAND;
            ByteBuf next = held;
            held = Unpooled.EMPTY_BUFFER;
            read(context, next);
            flush(context);
        }, settings.pause().toNanos(), TimeUnit.NANOSECONDS);
    }

    private void accept(long octets) {
        sink.accepted(octets);
        replies.append(QUEUED).append(sink.messages.get()).append("\r\n");
    }

    private void answer(ChannelHandlerContext context, String command) {
        int blank = command.indexOf(' ');
        String verb = (blank < 0 ? command : command.substring(0, blank)).toUpperCase(Locale.ROOT);
        switch (verb) {
            case "EHLO" -> ehlo();
            case "MAIL" -> mail(context);
            case "DATA" -> data();
            case "BDAT" -> bdat(context, command);
            case "STARTTLS" -> startTls(context);
            case "QUIT" -> end(context, "221 2.0.0 Bye\r\n");
            case "RSET", "HELO" -> {
                inTransaction = false;
                contentOctets = 0;
                replies.append(OK);
            }
            case "RCPT" -> replies.append(RECIPIENT_OK);
            case "NOOP" -> replies.append(OK);
            default -> replies.append("502 5.5.2 Not here\r\n");
        }
    }

    private void ehlo() {
        inTransaction = false;
        replies.append("250-sink.test\r\n");
        settings.extensions().stream().sorted().forEach(keyword -> replies.append("250-").append(keyword).append("\r\n"));
        if (settings.tls() != null && !encrypted) {
            replies.append("250-STARTTLS\r\n");
        }
        replies.append("250 ENHANCEDSTATUSCODES\r\n");
    }

    private void mail(ChannelHandlerContext context) {
        if (messagesHere >= settings.maxMessagesPerConnection()) {
            end(context, "421 4.7.0 Enough from this connection\r\n");
        } else if (inTransaction) {
            replies.append("503 5.5.1 One at a time\r\n");
        } else {
            inTransaction = true;
            sink.transactions.incrementAndGet();
            replies.append(SENDER_OK);
        }
    }

    private void data() {
        if (!inTransaction) {
            replies.append("503 5.5.1 MAIL first\r\n");
            return;
        }
        replies.append("354 Go on\r\n");
        finalDot.begin();
        reading = Reading.DATA;
    }

    private void bdat(ChannelHandlerContext context, String command) {
        String[] words = command.split(" ");
        chunkLeft = Long.parseLong(words[1]);
        lastChunk = words.length > 2;
        contentOctets += chunkLeft;
        reading = Reading.CHUNK;
        if (chunkLeft == 0) {
            endOfChunk(context);
        }
    }

    private void startTls(ChannelHandlerContext context) {
        if (settings.tls() == null || encrypted) {
            replies.append("502 5.5.1 Not offered\r\n");
            return;
        }
        SSLEngine engine = settings.tls().createSSLEngine();
        engine.setUseClientMode(false);
        encrypted = true;
        say(context, "220 2.0.0 Go on\r\n");
        // Behind this the answer must not be encrypted, hence only now.
        context.pipeline().addFirst(new SslHandler(engine));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        flush(context);
    }

    private void flush(ChannelHandlerContext context) {
        if (replies.length() > 0) {
            String text = replies.toString();
            replies.setLength(0);
            say(context, text);
        }
    }

    private static void say(ChannelHandlerContext context, String text) {
        var unused = context.writeAndFlush(Unpooled.wrappedBuffer(text.getBytes(US_ASCII)), context.voidPromise());
    }

    private void end(ChannelHandlerContext context, String reply) {
        reading = Reading.NOTHING;
        replies.append(reply);
        String text = replies.toString();
        replies.setLength(0);
        var unused = context.writeAndFlush(Unpooled.wrappedBuffer(text.getBytes(US_ASCII)))
            .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A client that is killed, or that broke off its handshake: a benchmark looks at the counts.
        var unused = context.close();
    }
}
