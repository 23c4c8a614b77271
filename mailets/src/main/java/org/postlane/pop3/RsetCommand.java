// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import org.apache.james.protocols.api.Response;

/** RSET: nothing is marked as deleted any more (RFC 1939 5). Message numbers stay as they are. */
public final class RsetCommand extends MaildropCommand {
    /** For James' injector. */
    public RsetCommand() {
        super("RSET", "");
    }

    @Override
    Response answer(Maildrop maildrop, String argument) {
        if (!argument.isEmpty()) {
            return misused();
        }
        maildrop.reset();
        return Answers.ok(maildrop.count() + " messages (" + maildrop.octets() + " octets)");
    }
}
