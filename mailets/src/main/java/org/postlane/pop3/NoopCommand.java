// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import org.apache.james.protocols.api.Response;

/** NOOP (RFC 1939 5). */
public final class NoopCommand extends MaildropCommand {
    /** For James' injector. */
    public NoopCommand() {
        super("NOOP", "");
    }

    @Override
    Response answer(Maildrop maildrop, String argument) {
        return argument.isEmpty() ? Answers.ok("nothing done") : misused();
    }
}
