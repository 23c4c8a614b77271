// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.fleet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One session. All on the thread of its channel, except {@link #resume()}. */
final class FleetSession extends ChannelInboundHandlerAdapter {
    private static final Logger LOGGER = LoggerFactory.getLogger(FleetSession.class);

    private final FleetHost host;
    private final long number;
    private ChannelHandlerContext context;
    private String client = "";
    private ByteBuf in;
    private Content content;
    private boolean held;
    private boolean ended;
    private boolean counted;
    private Runnable owed;
    private String sender = "";
    private List<String> recipients = new ArrayList<>();
    private int mails;

    FleetSession(FleetHost host, long number) {
        this.host = host;
        this.number = number;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        in = ctx.alloc().buffer();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        in.release();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // None where it was reset meanwhile.
        client = ctx.channel().remoteAddress() instanceof InetSocketAddress from ? from.getAddress().getHostAddress() : "";
        host.connected();
        counted = true;
        HostBehaviour behaviour = host.behaviour();
        if (behaviour.resets()) {
            host.turnedAway();
            ended = true;
            uncount();
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            var unused = ctx.close();
            return;
        }
        String greeting = host.open() > behaviour.maxConnections() ? "421 4.7.0 Too many connections" : behaviour.greeting();
        if (greeting.startsWith("220")) {
            answer(Phase.CONNECT, () -> say(greeting));
        } else {
            host.turnedAway();
            sayAndClose(greeting);
        }
        ctx.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (host.stallsNoMore(this) || (held && !ended)) {
            host.left();
        }
        ended = true;
        uncount();
    }

    /** Before a client can know that the connection is over: it may open the next one at once. */
    private void uncount() {
        if (counted) {
            counted = false;
            host.disconnected();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf octets = (ByteBuf) message;
        try {
            in.writeBytes(octets);
        } finally {
            octets.release();
        }
        process();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOGGER.error("The session {} with {} has failed", number, host, cause);
        }
        // Otherwise the client has reset the connection: what follows is its end.
        var unused = ctx.close();
    }

    /** The answer that is owed, from any thread. */
    void resume() {
        Channel channel = context.channel();
        channel.eventLoop().execute(() -> {
            if (host.stallsNoMore(this) && !ended) {
                channel.config().setAutoRead(true);
                goOn();
            }
        });
    }

    private void goOn() {
        Runnable answer = owed;
        owed = null;
        held = false;
        answer.run();
        process();
    }

    private void process() {
        while (!held && !ended && in.isReadable() && step()) {
            in.discardSomeReadBytes();
        }
        if (!in.isReadable()) {
            // Of a content of megabytes the end comes last, and a thousand sessions must not hold what they have read of it.
            in.clear();
        }
        context.flush();
    }

    /** Reads one command or the content; whether there was enough of it. */
    private boolean step() {
        if (content != null) {
            if (!content.read(in)) {
                return false;
            }
            dot();
            return true;
        }
        int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        if (end < 0) {
            return false;
        }
        String line = in.readCharSequence(end + 1 - in.readerIndex(), ISO_8859_1).toString().trim();
        command(line, line.toUpperCase(Locale.ROOT));
        return true;
    }

    private void command(String line, String upper) {
        if (upper.startsWith("EHLO") || upper.startsWith("HELO")) {
            answer(Phase.EHLO, () -> say(hello()));
        } else if (upper.equals("STARTTLS")) {
            answer(Phase.STARTTLS, () -> {
                say("220 2.0.0 go ahead");
                answer(Phase.HANDSHAKE, this::close);
            });
        } else if (upper.startsWith("MAIL FROM:")) {
            mail(address(line));
        } else if (upper.startsWith("RCPT TO:")) {
            String address = address(line);
            answer(Phase.RCPT, () -> rcpt(address));
        } else if (upper.equals("DATA")) {
            answer(Phase.DATA, this::data);
        } else if (upper.equals("RSET")) {
            forget();
            say("250 2.0.0 ok");
        } else if (upper.equals("QUIT")) {
            sayAndClose("221 2.0.0 bye");
        } else {
            say("502 5.5.1 not here");
        }
    }

    private String hello() {
        List<String> lines = new ArrayList<>(List.of("fleet.test"));
        lines.addAll(host.behaviour().extensions());
        if (host.behaviour().offersStartTls()) {
            lines.add("STARTTLS");
        }
        StringBuilder reply = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            boolean last = i == lines.size() - 1;
            reply.append(last ? "250 " : "250-").append(lines.get(i)).append(last ? "" : "\r\n");
        }
        return reply.toString();
    }

    private static String address(String line) {
        return line.substring(line.indexOf('<') + 1, Math.max(line.indexOf('<') + 1, line.indexOf('>')));
    }

    private void mail(String from) {
        if (mails >= host.behaviour().mailsPerConnection()) {
            sayAndClose("421 4.7.0 Enough mails over this connection");
            return;
        }
        answer(Phase.MAIL, () -> {
            forget();
            sender = from;
            host.transaction();
            say("250 2.1.0 ok");
        });
    }

    private void rcpt(String address) {
        String reply = host.behaviour().rcptReply(address);
        if (reply.startsWith("2")) {
            recipients.add(address);
        }
        if (reply.startsWith("421")) {
            sayAndClose(reply);
        } else {
            say(reply);
        }
    }

    private void data() {
        if (recipients.isEmpty()) {
            say("554 5.5.1 No valid recipients");
            return;
        }
        say("354 go ahead");
        content = new Content();
        if (host.behaviour().stallsAt(Phase.CONTENT)) {
            context.channel().config().setAutoRead(false);
        }
        answer(Phase.CONTENT, () -> { });
    }

    private void dot() {
        HostBehaviour behaviour = host.behaviour();
        Content ended = content;
        content = null;
        mails++;
        if (behaviour.hangsUpAt(Phase.DOT)) {
            take(ended);
        }
        answer(Phase.DOT, () -> {
            String reply = host.behaviour().dotReply();
            if (reply.startsWith("2")) {
                take(ended);
            }
            say(reply);
        });
    }

    private void take(Content taken) {
        host.took(new FleetMail(host.address(), client, number, System.nanoTime(), sender, List.copyOf(recipients),
            taken.messageId(), taken.octets()));
        forget();
    }

    private void forget() {
        sender = "";
        recipients = new ArrayList<>();
    }

    /** Says it now, later, when the test says so, or never. */
    private void answer(Phase phase, Runnable answer) {
        HostBehaviour behaviour = host.behaviour();
        if (behaviour.hangsUpAt(phase)) {
            close();
        } else if (behaviour.stallsAt(phase)) {
            held = true;
            owed = answer;
            context.flush();
            host.stalls(this);
        } else if (behaviour.delay().isZero()) {
            answer.run();
        } else {
            held = true;
            owed = answer;
            var unused = context.executor().schedule(() -> {
                if (!ended) {
                    goOn();
                }
            }, behaviour.delay().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void say(String reply) {
        var unused = context.write(ByteBufUtil.encodeString(context.alloc(), CharBuffer.wrap(reply + "\r\n"), ISO_8859_1),
            context.voidPromise());
    }

    private void sayAndClose(String reply) {
        uncount();
        say(reply);
        close();
    }

    private void close() {
        ended = true;
        uncount();
        var unused = context.writeAndFlush(context.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
    }
}
