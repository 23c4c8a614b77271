// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** What tells one version of a file from the next, also where another file has taken its place. Immutable. */
public final class FileVersion {
    private final List<Object> marks;

    private FileVersion(BasicFileAttributes attributes) {
        // The key is the inode: a file that was renamed into place may have the size and the time of the one before it.
        marks = List.of(attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
    }

    /**
     * That of a file now.
     *
     * @throws IOException where there is none
     */
    public static FileVersion of(Path file) throws IOException {
        return new FileVersion(Files.readAttributes(file, BasicFileAttributes.class));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FileVersion && marks.equals(((FileVersion) other).marks);
    }

    @Override
    public int hashCode() {
        return marks.hashCode();
    }
}
