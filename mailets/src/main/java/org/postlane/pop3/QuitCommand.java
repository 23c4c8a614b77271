// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.pop3.POP3Response;
import org.apache.james.protocols.pop3.POP3Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** QUIT: removes what is marked, releases the lock and ends the session (RFC 1939 6). Safe for use by several threads. */
public final class QuitCommand implements CommandHandler<POP3Session> {
    private static final Logger LOGGER = LoggerFactory.getLogger(QuitCommand.class);

    @Override
    public Collection<String> getImplCommands() {
        return List.of("QUIT");
    }

    @Override
    public Response onCommand(POP3Session session, Request request) {
        Conversation conversation = Conversation.of(session);
        Optional<Maildrop> maildrop = conversation.maildrop();
        try {
            return Answers.ending(maildrop.map(opened -> update(session, opened)).orElseGet(() -> Answers.ok("bye")));
        } finally {
            // Before the response, so that whoever has it may log in again.
            conversation.leave();
        }
    }

    private static POP3Response update(POP3Session session, Maildrop maildrop) {
        try {
            return Answers.ok(maildrop.removeDeleted() + " messages removed, " + maildrop.count() + " left");
        } catch (IOException | RuntimeException e) {
            LOGGER.error("Messages that {} deleted by POP3 were not removed", session.getUsername().asString(), e);
            return Answers.error(Answers.TEMPORARY, "some or all deleted messages were not removed");
        }
    }
}
