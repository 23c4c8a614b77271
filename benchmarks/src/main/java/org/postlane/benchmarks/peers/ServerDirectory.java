// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;

import org.postlane.testing.Directories;

/**
 * Where a server has everything that it reads and writes.
 *
 * @param root absolute; others may look into it, for some servers have a user of their own
 * @param keep whether it outlasts the server, for whoever wants to know what went wrong
 */
record ServerDirectory(Path root, boolean keep) {
    static ServerDirectory make(Relay relay, String name) throws IOException {
        return make(relay.directory(), relay.keep(), name);
    }

    static ServerDirectory make(Path parent, boolean keep, String name) throws IOException {
        Path root = Files.createTempDirectory(parent.toAbsolutePath(), "postlane-bench-" + name + "-");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new ServerDirectory(root, keep);
    }

    Path resolve(String path) {
        return root.resolve(path);
    }

    /** Writes a resource of this package, with the value for each {@code @NAME@} in it. */
    void write(String resource, String path, Map<String, String> values) throws IOException {
        Files.createDirectories(resolve(path).getParent());
        Files.writeString(resolve(path), filled(resource, values));
    }

    private static String filled(String resource, Map<String, String> values) throws IOException {
        try (InputStream in = ServerDirectory.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no resource " + resource);
            }
            String text = new String(in.readAllBytes(), UTF_8);
            for (Map.Entry<String, String> value : values.entrySet()) {
                text = text.replace("@" + value.getKey() + "@", value.getValue());
            }
            return text;
        }
    }

    /** At the end of its server. */
    void delete() throws IOException {
        if (keep) {
            System.err.println("kept: " + root);
            return;
        }
        Directories.delete(root);
    }

    /** How many files lie below these directories. */
    long files(String... directories) throws IOException {
        long count = 0;
        for (String directory : directories) {
            count += files(resolve(directory));
        }
        return count;
    }

    private static long files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        long count = 0;
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                count += Files.isDirectory(entry) ? files(entry) : 1;
            }
        }
        return count;
    }
}
