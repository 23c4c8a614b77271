// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.nio.file.Path;
import java.util.Optional;

/** The URL of a database. A relative directory of Derby's is made absolute; Derby would begin where the JVM was started. */
final class DatabaseUrl {
    static final String EXPECTED = "expected jdbc:derby:DIRECTORY;create=true or jdbc:postgresql://HOST/DATABASE";
    private static final String DERBY = "jdbc:derby:";
    private static final String DIRECTORY = "directory:";

    private final DatabaseKind kind;
    private final String url;
    private final Optional<Path> directory;

    private DatabaseUrl(DatabaseKind kind, String url, Optional<Path> directory) {
        this.kind = kind;
        this.url = url;
        this.directory = directory;
    }

    /**
     * Reads a URL.
     *
     * @param root the directory that relative ones are relative to
     * @throws IllegalArgumentException with what was expected
     */
    static DatabaseUrl parse(String url, Path root) {
        DatabaseKind kind = DatabaseKind.of(url).orElseThrow(() -> new IllegalArgumentException(EXPECTED
            + (url.startsWith("jdbc:h2:") ? "; H2 was seen to lose mail" : "")));
        return kind == DatabaseKind.DERBY ? derby(url, root) : new DatabaseUrl(kind, url, Optional.empty());
    }

    private static DatabaseUrl derby(String url, Path root) {
        String rest = url.substring(DERBY.length());
        String name = rest.split(";", 2)[0];
        if (name.startsWith(DIRECTORY)) {
            name = name.substring(DIRECTORY.length());
        }
        if (name.startsWith("memory:")) {
            throw new IllegalArgumentException(EXPECTED + "; one in memory is gone when the server stops");
        }
        if (name.isBlank() || name.startsWith("//") || name.startsWith("classpath:") || name.startsWith("jar:")) {
            throw new IllegalArgumentException(EXPECTED);
        }
        Path directory = root.resolve(name).toAbsolutePath().normalize();
        String attributes = rest.indexOf(';') < 0 ? "" : rest.substring(rest.indexOf(';'));
        return new DatabaseUrl(DatabaseKind.DERBY, DERBY + directory + attributes, Optional.of(directory));
    }

    DatabaseKind kind() {
        return kind;
    }

    /** For the driver. */
    String value() {
        return url;
    }

    /** Where Derby keeps it; empty for a server. */
    Optional<Path> directory() {
        return directory;
    }

    /** What makes Derby let go of it; Derby answers with an exception of SQL state 08006. */
    String shutdown() {
        return DERBY + directory.orElseThrow() + ";shutdown=true";
    }

    /** For people: a password that stands in it does not show. */
    static String masked(String url) {
        return url.replaceAll("(?i)(password=)[^;&]*", "$1***");
    }
}
