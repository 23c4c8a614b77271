// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The room that new mail leaves on the disk, and whether there is any: deletions have to be written too, and a database without
 * room cannot make any. Safe for use by several threads.
 */
final class Space {
    private static final String PROBE = "probe";
    private static final int PROBE_SIZE = 1 << 20;

    private final Path directory;
    private final long reserve;

    Space(Path directory, long reserve) {
        this.directory = directory;
        this.reserve = reserve;
    }

    /** Fails where new mail would take what is reserved. */
    void require() throws IOException {
        long usable = usable();
        if (usable < reserve) {
            throw new IOException("The disk of " + directory + " has " + usable + " octets left, and the last " + reserve
                + " are not for new mail");
        }
    }

    /**
     * Fails unless the disk takes something, and has room for a table as large as the logs of this database, which opening it
     * would write.
     */
    void probe(Path database) throws IOException {
        long needed = PROBE_SIZE;
        try (var files = Files.list(database)) {
            needed += files.filter(file -> file.toString().endsWith(".log")).mapToLong(file -> file.toFile().length()).sum();
        }
        long usable = usable();
        if (usable < needed) {
            throw new IOException("The mail queue in " + directory + " cannot be written before its disk has " + needed
                + " octets free; it has " + usable);
        }
        Path probe = directory.resolve(PROBE);
        try {
            Files.write(probe, new byte[PROBE_SIZE]);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    /** In octets; 0 where the system cannot tell. */
    long usable() {
        return directory.toFile().getUsableSpace();
    }
}
