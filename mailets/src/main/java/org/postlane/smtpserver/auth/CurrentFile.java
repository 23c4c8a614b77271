// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

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
    /** Time, size and, for a file that took its place, the key (inode) of what was read. */
    private List<Object> version = List.of();
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
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        List<Object> now = List.of(attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
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
