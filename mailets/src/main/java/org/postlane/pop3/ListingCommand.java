// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.util.Optional;
import java.util.stream.IntStream;

import org.apache.james.protocols.api.Response;

/** A command that says one thing of one message, or of all that are not marked as deleted. */
abstract class ListingCommand extends MaildropCommand {
    ListingCommand(String name) {
        super(name, "[message]");
    }

    @Override
    final Response answer(Maildrop maildrop, String argument) {
        if (argument.isEmpty()) {
            return Answers.multiline(maildrop.count() + " messages (" + maildrop.octets() + " octets)",
                new LinesBody(IntStream.rangeClosed(1, maildrop.last()).filter(maildrop::has)
                    .mapToObj(number -> number + " " + of(maildrop, number)).iterator()));
        }
        Optional<int[]> numbers = numbers(argument);
        if (numbers.isEmpty() || numbers.get().length != 1) {
            return misused();
        }
        int number = numbers.get()[0];
        return maildrop.has(number) ? Answers.ok(number + " " + of(maildrop, number)) : noSuchMessage(number);
    }

    abstract Object of(Maildrop maildrop, int number);
}
