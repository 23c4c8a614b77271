// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A directory for mail or the hashes of passwords: for the user of the server alone. The bundle has the like in a class of its
 * own ({@code PrivateFiles}): James loads it apart, and it has to work without this module.
 */
public final class PrivateDirectory {
    private PrivateDirectory() {
    }

    /**
     * Makes it, and the directories above it, where there is none; only this user may look into it, where the file system knows
     * that. One that is there keeps the permissions that somebody gave it.
     */
    public static void makeIfMissing(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            Files.createDirectories(directory);
            if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            }
        }
    }
}
