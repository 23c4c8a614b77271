// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongPredicate;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages too large for the database, a file each, named by the number of their mail: written once, and not again with every
 * compaction. One is on the disk before any record speaks of it, and goes after the last record that did. Safe for use by several
 * threads.
 */
final class Bodies {
    private static final String SUFFIX = ".eml";
    private static final String ORPHANS = "orphans";
    private static final Duration ORPHANS_KEPT = Duration.ofDays(14);
    private static final int BUFFER = 64 * 1024;
    private static final Logger LOGGER = LoggerFactory.getLogger(Bodies.class);

    /** A file that is being written. */
    final class Body extends OutputStream {
        private final long id;
        private final long free;
        // Not by a channel: whoever interrupts the thread would close it.
        private final FileOutputStream file;
        private final OutputStream buffered;

        private Body(long id, long free) throws IOException {
            this.id = id;
            this.free = free;
            this.file = new FileOutputStream(fileOf(id));
            this.buffered = new BufferedOutputStream(file, BUFFER);
        }

        @Override
        public void write(int octet) throws IOException {
            buffered.write(octet);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            space.require(free);
            buffered.write(octets, offset, length);
        }

        /** Returns when all of it is on the disk. */
        @Override
        public void close() throws IOException {
            try (FileOutputStream closing = file) {
                buffered.flush();
                closing.getFD().sync();
            }
            syncDirectory(directory);
        }

        /** Leaves nothing of it behind. */
        void discard() {
            try {
                file.close();
            } catch (IOException e) {
                LOGGER.debug("{} cannot be closed", fileOf(id), e);
            }
            delete(id);
        }
    }

    private final Path directory;
    /** Of mails that no queue has any more: what can still be had where the end of the database was lost. */
    private final Path orphans;
    private final Space space;

    Bodies(Path directory, Space space) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.orphans = directory.resolveSibling(ORPHANS);
        this.space = space;
    }

    private File fileOf(long id) {
        return directory.resolve(Long.toHexString(id) + SUFFIX).toFile();
    }

    /** A file for a message, to be written as long as so many octets stay free. */
    Body create(long id, long free) throws IOException {
        return new Body(id, free);
    }

    /** The message, from its first octet. Stays readable when the mail is done meanwhile. */
    InputStream open(long id, long size) throws IOException {
        File file = fileOf(id);
        if (!isWhole(id, size)) {
            throw new DamagedRecordException(file + " has " + file.length() + " octets, not " + size);
        }
        try {
            return new FileInputStream(file);
        } catch (FileNotFoundException e) {
            if (file.exists()) {
                throw e;
            }
            throw new DamagedRecordException(file + " is not there", e);
        }
    }

    boolean isWhole(long id, long size) {
        return fileOf(id).length() == size;
    }

    void delete(long id) {
        try {
            Files.deleteIfExists(fileOf(id).toPath());
        } catch (IOException e) {
            LOGGER.warn("{} is not needed any more and cannot be deleted; the next start puts it aside", fileOf(id), e);
        }
    }

    /**
     * Puts the files aside of mails that came to nothing, or whose file outlived them, in a crash, and deletes those that were
     * put aside long ago. After a damage of the database they may be all that there is of a mail.
     */
    void putAsideUnless(LongPredicate known) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                try {
                    long id = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()), 16);
                    if (!known.test(id)) {
                        LOGGER.warn("{} belongs to no queued mail and goes to {}", file, Files.createDirectories(orphans));
                        Files.move(file, orphans.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                    }
                } catch (NumberFormatException e) {
                    LOGGER.warn("{} is no file of the queue and is left alone", file);
                }
            }
        }
        deleteOld();
    }

    private void deleteOld() throws IOException {
        if (Files.notExists(orphans)) {
            return;
        }
        Instant old = Instant.now().minus(ORPHANS_KEPT);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(orphans, "*" + SUFFIX)) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** Returns when the names in the directory are on the disk. */
    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
