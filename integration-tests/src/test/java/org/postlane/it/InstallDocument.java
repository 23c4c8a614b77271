// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What docs/install.md tells an administrator to type. */
final class InstallDocument {
    private static final Pattern SED = Pattern.compile("^sed -i '(.*)' \\$JAMES/conf/(\\S+)$", Pattern.MULTILINE);

    private InstallDocument() {
    }

    /** Makes the changes of one section to the files, with the program {@code sed}, as they stand there. */
    static JamesUnderTest.Builder follow(String section, JamesUnderTest.Builder james) throws IOException {
        String document = Files.readString(Path.of(System.getProperty("postlane.root"), "docs/install.md"));
        int begin = document.indexOf("\n## " + section);
        int end = document.indexOf("\n## ", begin + 1);
        Matcher commands = SED.matcher(document.substring(begin, end));
        int found = 0;
        while (commands.find()) {
            String expression = commands.group(1);
            james.edit(commands.group(2), text -> sed(expression, text));
            found++;
        }
        if (found == 0) {
            throw new IllegalStateException("install.md has no commands in the section " + section);
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
