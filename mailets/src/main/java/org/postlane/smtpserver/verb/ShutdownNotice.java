// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import javax.inject.Inject;

import org.apache.commons.configuration2.Configuration;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.postlane.smtpserver.SessionChannel;
import org.postlane.smtpserver.Silence;

/**
 * Tells the sessions that are open when James stops: {@code 421 4.3.2}, and then they end (RFC 5321 3.8); James itself ends them
 * without a word. Goes into {@code smtpserver.xml} in front of James' own handlers. Safe for use by several threads.
 */
public class ShutdownNotice implements ConnectHandler<SMTPSession> {
    private final SessionChannel channels = new SessionChannel();
    private final OpenSessions sessions;

    /** For James' injector. */
    @Inject
    public ShutdownNotice(OpenSessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public void init(Configuration config) {
        NoParameters.check(config, getClass());
    }

    @Override
    public Response onConnect(SMTPSession session) {
        channels.of(session).ifPresent(channel -> sessions.add(channel, session.getConfiguration().getHelloName()));
        return Silence.RESPONSE;
    }
}
