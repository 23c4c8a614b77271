// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.mail.MessagingException;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import org.apache.commons.configuration2.Configuration;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.api.handler.ProtocolHandlerResultHandler;
import org.apache.james.protocols.netty.HandlerConstants;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.DataLineFilter;
import org.apache.james.protocols.smtp.core.DataLineMessageHookHandler;
import org.apache.james.protocols.smtp.core.ReceivedDataLineFilter;
import org.apache.james.protocols.smtp.core.esmtp.MailSizeEsmtpExtension;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.smtpserver.DataLineJamesMessageHookHandler;
import org.apache.james.smtpserver.JamesMessageHook;
import org.apache.mailet.Mail;
import org.postlane.smtpserver.CommandGate;
import org.postlane.smtpserver.HandlerParameters;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.Silence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the lines of a message to RFC 5321. James answers a line that is too long for it at once, in the midst of DATA, and takes
 * the message without it; here the message is refused at its end, with {@code 554 5.6.0}, and the session ends: nobody knows
 * whether what ended the long line was CR LF, and so whether the sender's own server saw the end of the message there too. A line
 * behind the long one that a bare LF ends is refused with {@code 500 5.5.2}, as James does in messages that it reads itself, and
 * ends the session at once. A dot that begins a line goes, whatever follows (4.5.2); James leaves one that the client has not
 * doubled. Lines of a body of which none needs a look come many at a time, where only James' own filters and this one take them.
 *
 * <p>Goes into {@code smtpserver.xml} in front of James' own handlers. Safe for use by several threads.
 */
public class MessageLines implements ConnectHandler<SMTPSession>, DataLineFilter, ExtensibleHandler, JamesMessageHook,
        ProtocolHandlerResultHandler<Response, SMTPSession> {
    private static final Logger LOGGER = LoggerFactory.getLogger(MessageLines.class);
    /** Both go when James resets the session, which it does at the end of a message. */
    private static final AttachmentKey<Boolean> IN_MESSAGE = AttachmentKey.of("postlane-in-message", Boolean.class);
    private static final AttachmentKey<Boolean> TOO_LONG = AttachmentKey.of("postlane-line-too-long", Boolean.class);
    private static final String WATCH = "postlaneLongLines";
    private static final int DOT = '.';
    private static final byte[] LAST_LINE = {DOT, '\r', '\n'};
    private static final byte[] EMPTY_LINE = {'\r', '\n'};
    /** To these, many lines of a body are the same as each by itself. Others may look at each. */
    private static final Set<Class<?>> FOR_MANY_LINES = Set.of(MessageLines.class, MailSizeEsmtpExtension.class,
        ReceivedDataLineFilter.class, DataLineJamesMessageHookHandler.class, DataLineMessageHookHandler.class);

    private final SessionChannel channels = new SessionChannel();
    private boolean takesManyLines;

    @Override
    public void init(Configuration config) {
        HandlerParameters.of(config, getClass()).refuseUnknown();
    }

    @Override
    public List<Class<?>> getMarkerInterfaces() {
        return List.of(DataLineFilter.class);
    }

    @Override
    public void wireExtensions(Class<?> interfaceName, List<?> extension) {
        takesManyLines = extension.stream().allMatch(filter -> FOR_MANY_LINES.contains(filter.getClass()));
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
            body((SMTPSession) session, false);
        }
        return response;
    }

    @Override
    public Response onLine(SMTPSession session, byte[] line, LineHandler<SMTPSession> next) {
        boolean isDotted = line.length > 0 && line[0] == DOT;
        if (session.getAttachment(TOO_LONG, State.Transaction).isPresent()) {
            return discard(line);
        }
        if (isDotted && Arrays.equals(line, LAST_LINE)) {
            body(session, false);
        }
        boolean isUndoubled = isDotted && line.length > LAST_LINE.length && line[1] != DOT;
        Response response = next.onLine(session, isUndoubled ? Arrays.copyOfRange(line, 1, line.length) : line);
        if (takesManyLines && Arrays.equals(line, EMPTY_LINE)) {
            body(session, true);
        }
        return response;
    }

    /** James copies the message into its spool next, which takes longer than all of receiving it. */
    @Override
    public HookResult onMessage(SMTPSession session, Mail mail) {
        try {
            WholeMessage.replaceIn(mail);
        } catch (MessagingException | IOException | RuntimeException e) {
            LOGGER.debug("{} goes into the spool as James has it", mail.getName(), e);
        }
        return HookResult.DECLINED;
    }

    private void body(SMTPSession session, boolean begins) {
        CommandGate.of(session, channels).ifPresent(gate -> gate.body(begins));
    }

    /**
     * What comes behind a line that is too long. The session stays in the message when it ends: whatever the client has sent
     * behind that, and wherever it waits, is no command, and gets no answer.
     */
    private static Response discard(byte[] line) {
        if (!endsWithCrLf(line)) {
            LOGGER.info("A message is refused: a bare LF ends one of its lines, which may be meant to smuggle commands");
            return Answer.last("500", "5.5.2", "A line must end with CRLF");
        }
        if (!Arrays.equals(line, LAST_LINE)) {
            return null;
        }
        LOGGER.info("A message is refused: it has a line that is too long");
        return Answer.last("554", "5.6.0", "The message has a line that is too long");
    }

    private static boolean endsWithCrLf(byte[] line) {
        return line.length > 1 && line[line.length - 2] == '\r' && line[line.length - 1] == '\n';
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
