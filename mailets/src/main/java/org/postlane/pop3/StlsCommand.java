// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.util.Collection;
import java.util.List;

import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.pop3.POP3Response;
import org.apache.james.protocols.pop3.POP3Session;
import org.apache.james.protocols.pop3.POP3StartTlsResponse;

/**
 * STLS (RFC 2595 4). What follows it in plain text ends the connection, which James' framing sees to; what was said before it is
 * forgotten. Safe for use by several threads.
 */
public final class StlsCommand implements CommandHandler<POP3Session> {
    /** Whether TLS can still be started on this connection. */
    static boolean isOffered(POP3Session session) {
        return session.isStartTLSSupported() && !session.isTLSStarted();
    }

    @Override
    public Collection<String> getImplCommands() {
        return List.of("STLS");
    }

    @Override
    public Response onCommand(POP3Session session, Request request) {
        if (!isOffered(session)) {
            // James' framing has taken the word for the start of TLS, and would end the connection at the next command.
            session.stopDetectingCommandInjection();
            return Answers.error(session.isTLSStarted() ? "TLS is active" : "no TLS here");
        }
        if (Conversation.of(session).maildrop().isPresent()) {
            return Answers.error("logged in already");
        }
        session.setUsername(null);
        session.setHandlerState(POP3Session.AUTHENTICATION_READY);
        return new POP3StartTlsResponse(POP3Response.OK_RESPONSE, "begin TLS");
    }
}
