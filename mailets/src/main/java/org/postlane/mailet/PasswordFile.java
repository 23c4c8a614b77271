// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

import org.postlane.james.JamesFiles;

/** A file that holds one password, in UTF-8; one line end behind it is not part of it. Read once, at the start. */
final class PasswordFile {
    private PasswordFile() {
    }

    /**
     * The password.
     *
     * @throws IllegalArgumentException that names the file and never what is in it
     */
    static String read(JamesFiles files, String file) {
        try {
            String text = Files.readString(files.path(file), StandardCharsets.UTF_8);
            String password = text.replaceFirst("\\r?\\n\\z", "");
            if (password.isEmpty() || password.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("expected one line with the password in the file " + file);
            }
            return password;
        } catch (IOException e) {
            throw new IllegalArgumentException("expected a file with the password, and " + file + " cannot be read: "
                + e.getClass().getSimpleName(), e);
        }
    }
}
