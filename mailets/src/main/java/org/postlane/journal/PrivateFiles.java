// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Makes files that only the user of this process may read: what is in them tells who writes to whom. Where the file system knows
 * no such permissions, they are made without. What is there already keeps those that it has.
 */
public final class PrivateFiles {
    private static final FileAttribute<?> OWNER_DIRECTORY =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> OWNER_FILE =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private PrivateFiles() {
    }

    /** Makes a directory, unless it is there, and those above it with the usual permissions. */
    public static void createDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = directory.toAbsolutePath().getParent();
            // A link to a directory is one, which createDirectories before Java 20 takes for a file in the way.
            if (parent != null && !Files.isDirectory(parent)) {
                Files.createDirectories(parent);
            }
            Files.createDirectories(directory, attributes(directory, OWNER_DIRECTORY));
        }
    }

    /** Opens a file, which is made private where these options make it. */
    public static FileChannel open(Path file, Set<? extends OpenOption> options) throws IOException {
        return FileChannel.open(file, options, attributes(file, OWNER_FILE));
    }

    private static FileAttribute<?>[] attributes(Path path, FileAttribute<?> wanted) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {wanted} : new FileAttribute<?>[0];
    }
}
