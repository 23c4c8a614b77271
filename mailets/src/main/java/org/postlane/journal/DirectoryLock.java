// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;

/** Keeps a second journal out of a directory. The system gives the lock back when the process ends, however it ends. */
final class DirectoryLock implements AutoCloseable {
    static final String FILE = "journal.lock";
    private static final int LONGEST_OWNER = 100;

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    static DirectoryLock take(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        FileChannel channel = PrivateFiles.open(file, EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        try {
            if (!isLocked(channel)) {
                throw new JournalInUseException("the delivery journal in " + directory.toAbsolutePath() + " is in use by "
                    + owner(file) + ": each James needs a directory of its own");
            }
            writeOwner(channel);
            return new DirectoryLock(channel);
        } catch (IOException | RuntimeException e) {
            try {
                channel.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** For the message to whoever comes second; on a full disk it is missing, which is no reason not to start. */
    private static void writeOwner(FileChannel channel) {
        try {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(("process " + ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            Logs.LOG.debug("Could not note the owner in {}", FILE, e);
        }
    }

    private static String owner(Path file) {
        try {
            String owner = Files.readString(file, StandardCharsets.US_ASCII);
            return owner.isEmpty() || owner.length() > LONGEST_OWNER ? "another process" : owner;
        } catch (IOException e) {
            return "another process";
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
