// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.postlane.testing.docker.Command;

/** What docs/install.md tells an administrator to type, section by section; a section is found by how its heading begins. */
final class InstallDocument {
    private static final Path ROOT = Path.of(System.getProperty("postlane.root"));
    private static final Pattern SED = Pattern.compile("^sed -i '(.*)' \\$JAMES/conf/(\\S+)$", Pattern.MULTILINE);
    private static final Pattern HEADING = Pattern.compile("(?m)^(##+) (.*)$");
    private static final Pattern CALL =
        Pattern.compile("(?m)^curl (?:-X (\\w+) )?(?:-d '([^']*)' )?'?http://127\\.0\\.0\\.1:8000(/[^\\s']*)");
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String GET = "GET";

    private InstallDocument() {
    }

    /** A call of webadmin, wherever it listens. */
    record Call(String method, String path, String body) {
    }

    /**
     * Runs the commands of a section in a shell, as they stand there, without those that call webadmin.
     *
     * @param james what is meant by {@code $JAMES}
     */
    static void run(String heading, Path james) throws IOException {
        Path tools = Files.createTempDirectory("postlane-install");
        Path maven = tools.resolve("mvn");
        try {
            // The build that runs this test is what the document has typed here.
            Files.writeString(maven, "#!/bin/sh\nls bundle/target/postlane-bundle-*.jar\n");
            if (!maven.toFile().setExecutable(true)) {
                throw new IOException(maven + " cannot be made executable");
            }
            Command shell = new Command(ROOT,
                Map.of("JAMES", james.toString(), "PATH", tools + ":" + System.getenv("PATH")));
            for (String block : blocks(heading, "sh")) {
                if (!CALL.matcher(block).find()) {
                    shell.require(LIMIT, List.of("sh", "-eu", "-c", block));
                }
            }
        } finally {
            Files.deleteIfExists(maven);
            Files.delete(tools);
        }
    }

    /** The calls of webadmin in the commands of a section, in order. */
    static List<Call> calls(String heading) throws IOException {
        List<Call> calls = new ArrayList<>();
        for (String block : blocks(heading, "sh")) {
            Matcher call = CALL.matcher(block);
            while (call.find()) {
                calls.add(new Call(call.group(1) == null ? GET : call.group(1), call.group(3),
                    call.group(2) == null ? "" : call.group(2)));
            }
        }
        return some(calls, heading);
    }

    /** The queues that must be empty before the way back. */
    static List<String> queuesToEmpty() throws IOException {
        Matcher loop = Pattern.compile("for q in ([^;]+);").matcher(section("Before you stop James"));
        return loop.find() ? List.of(loop.group(1).split(" ")) : some(List.of(), "Before you stop James");
    }

    /** The blocks of this language in a section, not indented. */
    static List<String> blocks(String heading, String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher block = Pattern.compile("(?ms)^( *)```" + language + "\n(.*?)^\\1```$").matcher(section(heading));
        while (block.find()) {
            blocks.add(block.group(2).replaceAll("(?m)^" + block.group(1), ""));
        }
        return some(blocks, heading);
    }

    private static <T> List<T> some(List<T> found, String heading) {
        if (found.isEmpty()) {
            throw new IllegalStateException("install.md has nothing of the kind in the section " + heading);
        }
        return found;
    }

    /** A section with those below it. */
    private static String section(String wanted) throws IOException {
        String document = Files.readString(ROOT.resolve("docs/install.md"));
        Matcher heading = HEADING.matcher(document);
        int begin = -1;
        int level = 0;
        while (heading.find()) {
            if (begin >= 0 && heading.group(1).length() <= level) {
                return document.substring(begin, heading.start());
            }
            if (begin < 0 && heading.group(2).startsWith(wanted)) {
                begin = heading.end();
                level = heading.group(1).length();
            }
        }
        if (begin < 0) {
            throw new IllegalStateException("install.md has no section " + wanted);
        }
        return document.substring(begin);
    }

    /** Makes the changes of one section to the files, with the program {@code sed}, as they stand there. */
    static JamesUnderTest.Builder follow(String heading, JamesUnderTest.Builder james) throws IOException {
        Matcher commands = SED.matcher(section(heading));
        int found = 0;
        while (commands.find()) {
            String expression = commands.group(1);
            james.edit(commands.group(2), text -> sed(expression, text));
            found++;
        }
        if (found == 0) {
            throw new IllegalStateException("install.md has no commands in the section " + heading);
        }
        return james;
    }

    private static String sed(String expression, String text) {
        try {
            Path file = Files.writeString(Files.createTempFile("postlane-install", ".txt"), text);
            try {
                Process sed = new ProcessBuilder("sed", expression, file.toString()).redirectErrorStream(true).start();
                String changed = new String(sed.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (sed.waitFor() != 0 || changed.equals(text)) {
                    throw new IllegalStateException("sed '" + expression + "' changes nothing: " + changed);
                }
                return changed;
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
