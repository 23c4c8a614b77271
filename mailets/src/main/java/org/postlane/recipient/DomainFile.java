// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.postlane.james.WatchedFile;

/** A {@link WatchedFile} of domains. For one thread. */
final class DomainFile {
    private final WatchedFile file;

    DomainFile(Path path) {
        file = new WatchedFile(path);
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
