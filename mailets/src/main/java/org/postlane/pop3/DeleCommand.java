// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.util.Optional;

import org.apache.james.protocols.api.Response;

/** DELE: marks a message, for QUIT to remove it (RFC 1939 5). */
public final class DeleCommand extends MaildropCommand {
    /** For James' injector. */
    public DeleCommand() {
        super("DELE", "message");
    }

    @Override
    Response answer(Maildrop maildrop, String argument) {
        Optional<int[]> numbers = numbers(argument);
        if (numbers.isEmpty() || numbers.get().length != 1) {
            return misused();
        }
        int number = numbers.get()[0];
        if (!maildrop.has(number)) {
            return noSuchMessage(number);
        }
        maildrop.delete(number);
        return Answers.ok("message " + number + " goes at QUIT");
    }
}
