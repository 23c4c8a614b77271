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
    /** What mail that is new leaves, as a multiple of what other mail does. */
    private static final int NEW_LEAVES_TIMES = 4;

    private final Path directory;
    private final long reserve;

    Space(Path directory, long reserve) {
        this.directory = directory;
        this.reserve = reserve;
    }

    /**
     * Octets that a mail must leave free. One that is in James already gets more of the room: refused, it could not be put where
     * it goes on from, and what was delivered of it would be delivered again.
     */
    long toBeLeftBy(boolean isNew) {
        return isNew ? reserve : reserve / NEW_LEAVES_TIMES;
    }

    /** Fails where fewer octets are free. */
    void require(long free) throws IOException {
        long usable = usable();
        if (usable < free) {
            throw new IOException("The disk of " + directory + " has " + usable + " octets left, and the last " + free
                + " are not for this mail");
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
