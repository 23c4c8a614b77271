// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.util.Arrays;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import org.apache.commons.configuration2.Configuration;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.api.handler.ProtocolHandlerResultHandler;
import org.apache.james.protocols.netty.HandlerConstants;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.DataLineFilter;
import org.postlane.smtpserver.CommandGate;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.Silence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the lines of a message to RFC 5321. James answers a line that is too long for it at once, in the midst of DATA, and takes
 * the message without it; here the message is refused at its end, with {@code 554 5.6.0}. A dot that begins a line goes, whatever
 * follows (4.5.2); James leaves one that the client has not doubled.
 *
 * <p>Goes into {@code smtpserver.xml} in front of James' own handlers. Safe for use by several threads.
 */
public class MessageLines implements ConnectHandler<SMTPSession>, DataLineFilter,
        ProtocolHandlerResultHandler<Response, SMTPSession> {
    private static final Logger LOGGER = LoggerFactory.getLogger(MessageLines.class);
    /** Both go when James resets the session, which it does at the end of a message. */
    private static final AttachmentKey<Boolean> IN_MESSAGE = AttachmentKey.of("postlane-in-message", Boolean.class);
    private static final AttachmentKey<Boolean> TOO_LONG = AttachmentKey.of("postlane-line-too-long", Boolean.class);
    private static final String WATCH = "postlaneLongLines";
    private static final int DOT = '.';
    private static final int LAST_LINE = 3;

    private final SessionChannel channels = new SessionChannel();

    @Override
    public void init(Configuration config) {
        NoParameters.check(config, getClass());
    }

    @Override
    public Response onConnect(SMTPSession session) {
        // Behind the gate: a complaint about a line must not overtake the lines in front of it.
        var unusedGate = CommandGate.of(session, channels);
        channels.of(session).ifPresent(channel ->
            channel.pipeline().addBefore(HandlerConstants.CORE_HANDLER, WATCH, new Watch(session)));
        return Silence.RESPONSE;
    }

    @Override
    public Response onResponse(ProtocolSession session, Response response, long executionTime, ProtocolHandler handler) {
        if (response != null && SMTPRetCode.DATA_READY.equals(response.getRetCode())) {
            session.setAttachment(IN_MESSAGE, true, State.Transaction);
        }
        return response;
    }

    @Override
    public Response onLine(SMTPSession session, byte[] line, LineHandler<SMTPSession> next) {
        boolean isDotted = line.length > 0 && line[0] == DOT;
        if (session.getAttachment(TOO_LONG, State.Transaction).isPresent()) {
            return isDotted && line.length == LAST_LINE ? refuse(session) : null;
        }
        boolean isUndoubled = isDotted && line.length > LAST_LINE && line[1] != DOT;
        return next.onLine(session, isUndoubled ? Arrays.copyOfRange(line, 1, line.length) : line);
    }

    private static Response refuse(SMTPSession session) {
        LOGGER.info("A message is refused: it has a line that is too long");
        session.popLineHandler();
        session.resetState();
        return Answer.of("554", "5.6.0", "The message has a line that is too long");
    }

    /** Sees what the framing complains about before James does. */
    private static final class Watch extends ChannelInboundHandlerAdapter {
        private final SMTPSession session;

        private Watch(SMTPSession session) {
            this.session = session;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof TooLongFrameException && session.getAttachment(IN_MESSAGE, State.Transaction).isPresent()) {
                session.setAttachment(TOO_LONG, true, State.Transaction);
            } else {
                context.fireExceptionCaught(cause);
            }
        }
    }
}
