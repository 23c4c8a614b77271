// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import java.nio.file.Path;

import org.apache.james.server.core.JamesServerResourceLoader;
import org.apache.james.server.core.filesystem.FileSystemImpl;

/** Files of a James whose own directory a test chooses. */
public final class FilesIn {
    private FilesIn() {
    }

    /** For tests that write absolute paths, or none. */
    public static JamesFiles nowhere() {
        return directory(Path.of("/nowhere"));
    }

    public static JamesFiles directory(Path directory) {
        return new JamesFiles(new FileSystemImpl(new JamesServerResourceLoader(directory.toString())));
    }
}
