// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.netty.HandlerConstants;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * What James' handlers cannot do with a session: end it with a last reply, behind which nothing is said or heard, not even the
 * greeting that James sends whatever a handler answered to the connection; see each reply; and learn the client's address where
 * a proxy tells it. One for a session. For the thread of its channel.
 */
public final class SessionControl extends ChannelDuplexHandler {
    private static final String NAME = "postlaneControl";
    private static final int CODE = 3;

    private final Channel channel;
    private final List<IntConsumer> onReply = new ArrayList<>();
    private final List<Runnable> onAddress = new ArrayList<>();
    private boolean addressKnown;
    private boolean ended;

    private SessionControl(Channel channel, boolean addressKnown) {
        this.channel = channel;
        this.addressKnown = addressKnown;
    }

    /** The control of a session; empty where it is not Netty's. */
    public static Optional<SessionControl> of(SMTPSession session, SessionChannel channels) {
        return channels.of(session).map(channel -> {
            SessionControl present = (SessionControl) channel.pipeline().get(NAME);
            if (present != null) {
                return present;
            }
            boolean behindProxy = ((ProtocolSessionImpl) session).getProtocolTransport().isProxyRequired();
            SessionControl made = new SessionControl(channel, !behindProxy);
            channel.pipeline().addBefore(HandlerConstants.CORE_HANDLER, NAME, made);
            return made;
        });
    }

    /** Runs this as soon as the session knows the client's own address: now, or when the proxy in front has told it. */
    public void whenAddressIsKnown(Runnable task) {
        if (addressKnown) {
            task.run();
        } else {
            onAddress.add(task);
        }
    }

    /** Whether the session knows the client's own address. */
    public boolean isAddressKnown() {
        return addressKnown;
    }

    /** Runs this when the connection is closed, in whatever way, or now where it is. */
    public void whenClosed(Runnable task) {
        channel.closeFuture().addListener(closed -> task.run());
    }

    /** Tells the code of each reply, once it is on its way. */
    public void afterEachReply(IntConsumer listener) {
        onReply.add(listener);
    }

    /** Whether {@link #end} was called. */
    public boolean isEnded() {
        return ended;
    }

    /** The last reply; the connection is closed behind it. */
    public void end(String code, String text) {
        if (ended) {
            return;
        }
        ended = true;
        ByteBuf last = Unpooled.copiedBuffer(code + " " + text + "\r\n", StandardCharsets.US_ASCII);
        channel.pipeline().context(this).writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (ended) {
            ReferenceCountUtil.release(message);
            return;
        }
        boolean tellsAddress = !(message instanceof ByteBuf);
        context.fireChannelRead(message);
        if (tellsAddress && !addressKnown) {
            // James has taken the proxy's message by now.
            addressKnown = true;
            onAddress.forEach(Runnable::run);
            onAddress.clear();
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (ended) {
            ReferenceCountUtil.release(message);
            // Not before the last reply has gone: James closes when its own has.
            channel.closeFuture().addListener(closed -> promise.tryFailure(new ClosedChannelException()));
            return;
        }
        int code = message instanceof ByteBuf ? code((ByteBuf) message) : 0;
        var unusedWrite = context.write(message, promise);
        if (code > 0) {
            onReply.forEach(listener -> listener.accept(code));
        }
    }

    /** 0 for what is no reply. */
    private static int code(ByteBuf reply) {
        if (reply.readableBytes() <= CODE) {
            return 0;
        }
        int code = 0;
        for (int i = 0; i < CODE; i++) {
            int digit = reply.getByte(reply.readerIndex() + i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            code = code * 10 + digit;
        }
        return code;
    }
}
