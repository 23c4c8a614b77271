// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A file of entries: UTF-8, one or more on a line, separated by commas; what stands behind {@code #} is a comment. Tells when it
 * has changed, also where another file has taken its place. For one thread.
 */
public final class WatchedFile {
    private final Path path;
    /** What was read last, whether it was good or not; empty where there was no file. */
    private Optional<FileVersion> read = Optional.empty();
    private Optional<FileVersion> seen = Optional.empty();

    /** A file, whether it is there or not. */
    public WatchedFile(Path path) {
        this.path = path;
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /**
     * Hands on each entry.
     *
     * @param entries throws IllegalArgumentException, with what was expected, for one that is none
     * @throws IllegalArgumentException that names the file, the line and what was expected
     */
    public void read(Consumer<String> entries) {
        try {
            read = Optional.of(FileVersion.of(path));
            seen = read;
            parse(Files.readString(path, StandardCharsets.UTF_8), entries);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(path + ": expected text in UTF-8", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(path + ": expected a file, and it cannot be read: " + e, e);
        }
    }

    /**
     * Whether the file is another one than was read last, and has stopped changing since the last call: whoever writes it in
     * place shall not have half of it read.
     */
    public boolean hasChanged() {
        Optional<FileVersion> now;
        try {
            now = Optional.of(FileVersion.of(path));
        } catch (IOException e) {
            now = Optional.empty();
        }
        boolean settled = now.equals(seen);
        seen = now;
        if (!settled || now.equals(read)) {
            return false;
        }
        read = now;
        return true;
    }

    private void parse(String text, Consumer<String> entries) {
        String[] lines = text.split("\r\n|\r|\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].replaceFirst("#.*", "").trim();
            if (line.isEmpty()) {
                continue;
            }
            for (String entry : line.split(",", -1)) {
                try {
                    entries.accept(entry.trim());
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(path + ", line " + (i + 1) + ": \"" + printable(entry.trim())
                        + "\": expected " + e.getMessage(), e);
                }
            }
        }
    }

    /** It goes into a log. */
    private static String printable(String entry) {
        String clean = entry.replaceAll("\\p{Cntrl}", "?");
        return clean.length() > 100 ? clean.substring(0, 100) + "\u2026" : clean;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
