// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

import org.apache.james.core.Username;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.pop3.POP3Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** USER: any name is taken, so that nobody learns which of them exist (RFC 1939 7). Safe for use by several threads. */
public final class UserCommand implements CommandHandler<POP3Session> {
    private static final Logger LOGGER = LoggerFactory.getLogger(UserCommand.class);

    /** Whether a password may be sent now. */
    static boolean isAllowed(POP3Session session) {
        return session.isTLSStarted() || !Conversation.of(session).settings().requireTls();
    }

    /** The response where it may not (RFC 3206 4: an attempt in violation of policy). */
    static Response notWithoutTls() {
        return Answers.error(Answers.AUTH, "passwords are taken under TLS only");
    }

    @Override
    public Collection<String> getImplCommands() {
        return List.of("USER");
    }

    @Override
    public Response onCommand(POP3Session session, Request request) {
        if (Conversation.of(session).maildrop().isPresent()) {
            return Answers.error("logged in already");
        }
        String name = Optional.ofNullable(request.getArgument()).map(String::trim).orElse("");
        if (name.isEmpty()) {
            return Answers.error("usage: USER name");
        }
        if (!isAllowed(session)) {
            return notWithoutTls();
        }
        try {
            session.setUsername(Username.of(name));
        } catch (IllegalArgumentException e) {
            LOGGER.debug("No name of a user", e);
            return Answers.error(Answers.AUTH, "not the name of a user");
        }
        session.setHandlerState(POP3Session.AUTHENTICATION_USERSET);
        return Answers.ok("now PASS");
    }
}
