// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.postlane.james.WatchedFile;

/** A {@link WatchedFile} of domains. For one thread. */
final class DomainFile {
    private static final String FILE_SCHEME = "file://";

    private final WatchedFile file;

    /** @param written as James' own files are written: from the directory that it was started in */
    DomainFile(String written) {
        file = new WatchedFile(
            Path.of(written.startsWith(FILE_SCHEME) ? written.substring(FILE_SCHEME.length()) : written));
    }

    /**
     * What is in the file.
     *
     * @throws IllegalArgumentException that names the file, the line and what was expected
     */
    DomainSet read() {
        List<String> entries = new ArrayList<>();
        file.read(entry -> entries.add(DomainSet.normalise(entry)));
        return DomainSet.of(entries);
    }

    /** Whether the file is another one than was read last, and is complete. */
    boolean hasChanged() {
        return file.hasChanged();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DomainFile && file.path().equals(((DomainFile) other).file.path());
    }

    @Override
    public int hashCode() {
        return Objects.hash(file.path());
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
