// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.limit;

import java.time.Duration;
import java.util.function.LongSupplier;
import javax.inject.Inject;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.api.handler.ProtocolHandlerResultHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.postlane.james.Parameters;
import org.postlane.smtpserver.Client;
import org.postlane.smtpserver.HandlerParameters;
import org.postlane.smtpserver.Networks;
import org.postlane.smtpserver.Rejection;
import org.postlane.smtpserver.Rejections;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.SessionControl;
import org.postlane.smtpserver.Silence;

/**
 * Bounds the commands that a connection may send in a minute, and the errors that it may make while it lasts: {@code 421 4.7.0},
 * and the connection is closed.
 *
 * <pre>{@code
 * <handler class="org.postlane.smtpserver.limit.CommandLimits">
 *   <commandsPerMinute>600</commandsPerMinute>
 *   <maxErrors>20</maxErrors>
 * </handler>}</pre>
 *
 * <p>The lines of a message and of a login are no commands, and the reply to the end of a message is never replaced. Each reply
 * that begins with 5 is an error: commands that do not exist, recipients that are unknown, passwords that are wrong. Safe for
 * use by several threads.
 */
public final class CommandLimits implements ConnectHandler<SMTPSession>, ProtocolHandlerResultHandler<Response, SMTPSession> {
    static final String PER_MINUTE = "commandsPerMinute";
    static final String MAX_ERRORS = "maxErrors";

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final AttachmentKey<Minute> KEY = AttachmentKey.of("postlane-commands", Minute.class);

    private final Rejections rejections;
    private final LongSupplier nanos;
    private final SessionChannel channels = new SessionChannel();
    private int perMinute;
    private int maxErrors;
    private Networks trusted;

    /** The commands of one connection. For the thread of its session. */
    private static final class Minute {
        private long began;
        private int commands;

        private Minute(long began) {
            this.began = began;
        }

        private int count(long now) {
            if (now - began >= MINUTE) {
                began = now;
                commands = 0;
            }
            return ++commands;
        }
    }

    /** For James' injector. */
    @Inject
    public CommandLimits(Rejections rejections) {
        this(rejections, System::nanoTime);
    }

    CommandLimits(Rejections rejections, LongSupplier nanos) {
        this.rejections = rejections;
        this.nanos = nanos;
    }

    @Override
    public void init(Configuration config) {
        Parameters parameters = HandlerParameters.of(config, getClass());
        perMinute = parameters.wholeNumber(PER_MINUTE, Limits.COMMANDS_PER_MINUTE, 0, Limits.MOST);
        maxErrors = parameters.wholeNumber(MAX_ERRORS, Limits.ERRORS, 0, Limits.MOST);
        trusted = rejections.trusted(parameters, Networks.LOOPBACK);
        parameters.refuseUnknown();
    }

    @Override
    public Response onConnect(SMTPSession session) {
        if (maxErrors > 0) {
            SessionControl.of(session, channels).ifPresent(control -> {
                int[] errors = new int[1];
                control.afterEachReply(code -> {
                    if (code >= 500 && ++errors[0] >= maxErrors && !trusted.contains(Client.of(session))) {
                        rejections.end(session, control, Rejection.of(Rejection.Reason.TOO_MANY_ERRORS, "421",
                            "4.7.0 Too many errors"));
                    }
                });
            });
        }
        return Silence.RESPONSE;
    }

    @Override
    public Response onResponse(ProtocolSession session, Response response, long executionTime, ProtocolHandler handler) {
        // James tells each response twice, of the command's handler and of the one that has called it; and at the connection the
        // silence of handlers that have commands as well.
        if (perMinute == 0 || !(handler instanceof CommandHandler) || response == Silence.RESPONSE || response.isEndSession()
                || trusted.contains(Client.of((SMTPSession) session))) {
            return response;
        }
        Minute minute = session.getAttachment(KEY, State.Connection).orElseGet(() -> {
            Minute first = new Minute(nanos.getAsLong());
            session.setAttachment(KEY, first, State.Connection);
            return first;
        });
        return minute.count(nanos.getAsLong()) <= perMinute ? response
            : rejections.lastReply((SMTPSession) session, Rejection.of(Rejection.Reason.TOO_MANY_COMMANDS, "421",
                "4.7.0 Too many commands within a minute"));
    }
}
