// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.UnknownCommandHandler;
import org.apache.james.protocols.pop3.POP3Session;

/** What nobody else answers. Safe for use by several threads. */
public final class UnknownCommand extends UnknownCommandHandler<POP3Session> {
    @Override
    public Response onCommand(POP3Session session, Request request) {
        return Answers.error("unknown command");
    }
}
