// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

import org.postlane.james.FileVersion;

/**
 * What a file says, read anew when it has changed. A file that cannot be read says nothing, and what it said before counts no
 * more: these files take rights away. Safe for use by several threads.
 */
final class CurrentFile<T> {
    /** How a file is read. */
    interface Reader<T> {
        /** @throws IllegalArgumentException for what is wrong in it; the message says what was expected */
        T read(Path file) throws IOException;
    }

    private final Path path;
    private final Reader<T> reader;
    private Optional<FileVersion> version = Optional.empty();
    private T content;

    CurrentFile(Path path, Reader<T> reader) {
        this.path = path;
        this.reader = reader;
    }

    /**
     * What it says now.
     *
     * @throws IOException where it cannot be read
     * @throws IllegalArgumentException for what is wrong in it
     */
    synchronized T content() throws IOException {
        Optional<FileVersion> now = Optional.of(FileVersion.of(path));
        if (content == null || !now.equals(version)) {
            content = null;
            content = reader.read(path);
            version = now;
        }
        return content;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
