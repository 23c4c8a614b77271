// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Commands that a document tells people to type: the block of code behind a line {@code <!-- command:NAME -->}. */
public final class CommandBlock {
    private CommandBlock() {
    }

    /**
     * The lines of one block, as they stand there.
     *
     * @throws AssertionError where the document has no such block, or an empty one
     */
    public static List<String> of(Path document, String name) {
        String marker = "<!-- command:" + name + " -->";
        List<String> lines;
        try {
            lines = Files.readAllLines(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> block = lines.stream().map(String::strip).dropWhile(line -> !line.equals(marker)).skip(1)
            .dropWhile(String::isEmpty).toList();
        List<String> commands = block.stream().skip(1).takeWhile(line -> !line.startsWith("```")).toList();
        if (commands.isEmpty() || !block.get(0).startsWith("```")) {
            throw new AssertionError(document + " has no block of commands behind " + marker);
        }
        return commands;
    }
}
