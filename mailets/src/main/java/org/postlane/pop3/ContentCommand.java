// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.io.IOException;
import java.util.Optional;

import org.apache.james.protocols.api.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command that sends a message, or its beginning. */
abstract class ContentCommand extends MaildropCommand {
    private static final Logger LOGGER = LoggerFactory.getLogger(ContentCommand.class);

    private final int arguments;

    ContentCommand(String name, String usage, int arguments) {
        super(name, usage);
        this.arguments = arguments;
    }

    @Override
    final Response answer(Maildrop maildrop, String argument) {
        Optional<int[]> numbers = numbers(argument);
        if (numbers.isEmpty() || numbers.get().length != arguments) {
            return misused();
        }
        int number = numbers.get()[0];
        if (!maildrop.has(number)) {
            return noSuchMessage(number);
        }
        try {
            return Answers.multiline(maildrop.octets(number) + " octets",
                new MessageBody(maildrop.content(number), bodyLines(numbers.get())));
        } catch (IOException e) {
            // What James' adapters throw for a message that is not there any more is an IOException of their own.
            if (e.getCause() == null) {
                return Answers.error("message " + number + " was removed by another session");
            }
            LOGGER.error("Message {} of {} cannot be read for POP3", number, maildrop.last(), e);
            return Answers.error(Answers.TEMPORARY, "message " + number + " cannot be read now");
        }
    }

    /** How many lines of the body are sent. */
    abstract int bodyLines(int[] numbers);
}
