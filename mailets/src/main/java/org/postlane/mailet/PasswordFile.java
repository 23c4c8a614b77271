// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A file that holds one password, in UTF-8; one line end behind it is not part of it. Read once, at the start. */
final class PasswordFile {
    private static final String FILE_SCHEME = "file://";

    private PasswordFile() {
    }

    /** A file as James' own files are written: from the directory that it was started in. */
    static Path path(String written) {
        return Path.of(written.startsWith(FILE_SCHEME) ? written.substring(FILE_SCHEME.length()) : written);
    }

    /**
     * The password.
     *
     * @throws IllegalArgumentException that names the file and never what is in it
     */
    static String read(String file) {
        try {
            String text = Files.readString(path(file), StandardCharsets.UTF_8);
            String password = text.replaceFirst("\\r?\\n\\z", "");
            if (password.isEmpty() || password.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("expected one line with the password in the file " + file);
            }
            return password;
        } catch (InvalidPathException | IOException e) {
            throw new IllegalArgumentException("expected a file with the password, and " + file + " cannot be read: "
                + e.getClass().getSimpleName(), e);
        }
    }
}
