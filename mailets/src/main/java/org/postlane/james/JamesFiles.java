// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import java.io.FileNotFoundException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import javax.inject.Inject;

import org.apache.james.filesystem.api.FileSystem;

/**
 * Files as an administrator writes them in James' configuration: {@code conf/ca.pem} and {@code file://conf/ca.pem} are in James'
 * own directory, wherever it was started from; {@code /etc/ca.pem} and {@code file:///etc/ca.pem} are absolute.
 *
 * <p>Safe for use by several threads.
 */
public final class JamesFiles {
    private final FileSystem files;

    /** For James' injector. */
    @Inject
    public JamesFiles(FileSystem files) {
        this.files = files;
    }

    /**
     * The file, whether it is there or not.
     *
     * @throws IllegalArgumentException for what can be no file; the message says what was expected
     */
    public Path path(String written) {
        try {
            if (written.startsWith(FileSystem.FILE_PROTOCOL)) {
                return files.getFile(written).toPath();
            }
            Path path = Path.of(written);
            return path.isAbsolute() ? path : files.getFile(FileSystem.FILE_PROTOCOL + written).toPath();
        } catch (InvalidPathException | FileNotFoundException e) {
            throw new IllegalArgumentException("expected a file such as conf/name, file://conf/name or /etc/name, not "
                + written, e);
        }
    }
}
