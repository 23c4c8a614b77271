// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.postlane.testing.Directories;

/** A server's directory that lasts as long as the demonstration: conf/ and extensions-jars/ copied from an assembly. */
final class DemoHome {
    /** A line of the pattern in logback-demo.xml. */
    private static final Predicate<String> ERROR = Pattern.compile("[0-9:.]+ ERROR ").asPredicate();

    private final Path root;

    private DemoHome(Path root) {
        this.root = root;
    }

    /** Copies what a user would install. */
    static DemoHome copyOf(Path assembly) {
        try {
            DemoHome home = new DemoHome(Files.createTempDirectory("postlane-demo"));
            for (String directory : List.of("conf", "extensions-jars")) {
                Directories.copy(assembly.resolve(directory), home.root.resolve(directory));
            }
            // A key of its own: the assembly's may be a real one.
            Files.deleteIfExists(home.root.resolve("conf").resolve("keystore"));
            Files.createDirectory(home.root.resolve("var"));
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException("no working directory for the demonstration: " + e.getMessage(), e);
        }
    }

    Path root() {
        return root;
    }

    Path log() {
        return root.resolve("james.log");
    }

    /** The first line of James' log that is an error. */
    Optional<String> firstError() {
        try (Stream<String> lines = Files.lines(log(), StandardCharsets.ISO_8859_1)) {
            return lines.filter(ERROR).findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + log() + ": " + e.getMessage(), e);
        }
    }

    /** Puts a copy of James' log where it outlasts the demonstration, for the one who wants to know what went wrong. */
    Path keepLog() {
        try {
            return Files.copy(log(), Files.createTempFile("postlane-demo", ".log"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep " + log() + ": " + e.getMessage(), e);
        }
    }

    /** Deletes everything. */
    void delete() {
        try {
            Directories.delete(root);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + root + ": " + e.getMessage(), e);
        }
    }
}
