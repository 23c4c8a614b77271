// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.nio.file.Path;

import org.apache.james.filesystem.api.FileSystem;

/** James' file system in a directory of the test's: {@code file:///} URLs as they are, others under the directory. */
public class TestFiles implements FileSystem {
    /** For tests that keep no files. */
    static final TestFiles IN_TEMP = new TestFiles(Path.of(System.getProperty("java.io.tmpdir")));

    private final Path root;

    /** Relative files are in this directory. */
    public TestFiles(Path root) {
        this.root = root;
    }

    @Override
    public InputStream getResource(String url) throws FileNotFoundException {
        throw new FileNotFoundException(url);
    }

    @Override
    public File getFile(String url) throws FileNotFoundException {
        if (!url.startsWith(FILE_PROTOCOL)) {
            throw new FileNotFoundException(url);
        }
        return url.startsWith(FILE_PROTOCOL_ABSOLUTE)
            ? new File(url.substring(FILE_PROTOCOL.length())) : root.resolve(url.substring(FILE_PROTOCOL.length())).toFile();
    }

    @Override
    public File getBasedir() {
        return root.toFile();
    }
}
