// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import org.apache.james.protocols.api.Response;

/** STAT: how many messages, and how many octets, without those marked as deleted (RFC 1939 5). */
public final class StatCommand extends MaildropCommand {
    /** For James' injector. */
    public StatCommand() {
        super("STAT", "");
    }

    @Override
    Response answer(Maildrop maildrop, String argument) {
        return argument.isEmpty() ? Answers.ok(maildrop.count() + " " + maildrop.octets()) : misused();
    }
}
