// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A client of IMAP that says exactly what it is told, each command with a tag of its own. */
final class ImapDialogue implements Closeable {
    private final LineDialogue lines;
    private int number;

    private ImapDialogue(int port) throws IOException {
        lines = new LineDialogue(port, "* OK");
    }

    /** A user who is logged in. */
    static ImapDialogue login(int port, String user, String secret) throws IOException {
        ImapDialogue dialogue = new ImapDialogue(port);
        dialogue.ask("LOGIN \"" + user + "\" \"" + secret + "\"");
        return dialogue;
    }

    /** Sends a command, and gives what came before its OK; any other end fails. */
    List<String> ask(String command) throws IOException {
        String tag = "a" + ++number;
        lines.send(tag + " " + command);
        List<String> answers = new ArrayList<>();
        String line = lines.line();
        while (!line.startsWith(tag + " ")) {
            answers.add(line);
            line = lines.line();
        }
        assertThat(line).as(command).startsWith(tag + " OK");
        return answers;
    }

    /** What SEARCH finds. */
    List<Integer> search(String criteria) throws IOException {
        return ask("SEARCH " + criteria).stream()
            .filter(line -> line.startsWith("* SEARCH"))
            .flatMap(line -> Arrays.stream(line.substring("* SEARCH".length()).strip().split(" ")))
            .filter(found -> !found.isEmpty())
            .map(Integer::valueOf)
            .toList();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
