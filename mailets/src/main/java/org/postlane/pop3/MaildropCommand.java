// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.pop3.POP3Session;

/** A command of the TRANSACTION state (RFC 1939 5). Safe for use by several threads. */
abstract class MaildropCommand implements CommandHandler<POP3Session> {
    /** More digits than a maildrop has messages, and fewer than an int has. */
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final String BLANKS = " +";

    private final String name;
    private final String usage;

    /** @param usage the arguments, as an error tells them */
    MaildropCommand(String name, String usage) {
        this.name = name;
        this.usage = usage;
    }

    @Override
    public final Collection<String> getImplCommands() {
        return List.of(name);
    }

    @Override
    public final Response onCommand(POP3Session session, Request request) {
        Optional<Maildrop> maildrop = Conversation.of(session).maildrop();
        if (maildrop.isEmpty()) {
            return Answers.error("log in first");
        }
        return answer(maildrop.get(), Optional.ofNullable(request.getArgument()).map(String::trim).orElse(""));
    }

    abstract Response answer(Maildrop maildrop, String argument);

    /** The response to arguments that do not fit. */
    final Response misused() {
        return Answers.error("usage: " + (name + " " + usage).trim());
    }

    /** The arguments as numbers; empty where one is not. */
    static Optional<int[]> numbers(String argument) {
        String[] words = argument.split(BLANKS);
        int[] numbers = new int[words.length];
        for (int i = 0; i < words.length; i++) {
            if (!NUMBER.matcher(words[i]).matches()) {
                return Optional.empty();
            }
            numbers[i] = Integer.parseInt(words[i]);
        }
        return Optional.of(numbers);
    }

    static Response noSuchMessage(int number) {
        return Answers.error("no message " + number);
    }
}
