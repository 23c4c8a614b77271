// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The segment files of a journal: read once, then appended to. For one thread at a time. */
final class SegmentLog {
    private static final Pattern NAME = Pattern.compile("delivery-(\\d{16})\\.journal");
    private static final int BUFFER = 256 * 1024;
    /** Windows opens no directories, and needs no such sync. */
    private static final boolean DIRECTORIES_OPEN = !System.getProperty("os.name", "").startsWith("Windows");

    private final Path directory;
    private final SegmentFile.Factory factory;
    private final boolean syncing;
    private final JournalCounters counters;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    /** The size of each file by its number, those of a newer version not among them. */
    private final TreeMap<Long, Long> sizes = new TreeMap<>();
    private SegmentFile current;
    private long number;
    private boolean unforced;

    /** Finds the files that are there. */
    SegmentLog(Path directory, SegmentFile.Factory factory, boolean syncing, JournalCounters counters) throws IOException {
        this.directory = directory;
        this.factory = factory;
        this.syncing = syncing;
        this.counters = counters;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    sizes.put(Long.valueOf(name.group(1)), Files.size(file));
                }
            }
        }
        number = sizes.isEmpty() ? 0 : sizes.lastKey();
    }

    private Path path(long segment) {
        return directory.resolve(String.format("delivery-%016d.journal", segment));
    }

    /** Reads all files, the oldest first, and logs what in them cannot be read. */
    void read(Consumer<ByteBuffer> payloads) {
        for (Long segment : sizes.keySet().toArray(new Long[0])) {
            Path file = path(segment);
            try {
                byte[] octets = Files.readAllBytes(file);
                int version = Frames.version(octets);
                if (version > Frames.VERSION) {
                    Logs.LOG.warn("{} is of version {}, which only a newer Postlane can read; left alone: what it holds may be "
                        + "delivered again", file, version);
                    sizes.remove(segment);
                    continue;
                }
                report(file, Frames.read(segment, octets, payloads));
            } catch (IOException | OutOfMemoryError e) {
                counters.damagedOctets.addAndGet(sizes.get(segment));
                Logs.LOG.error("Could not read {}; what it holds may be delivered again", file, e);
            }
        }
    }

    private void report(Path file, Frames.Found found) {
        if (found.tail() > 0) {
            Logs.LOG.info("{} ends in the middle of a record, as after a crash: the last {} octets are cut off; {} records read",
                file, found.tail(), found.records());
        }
        if (found.damaged() > 0) {
            counters.damagedOctets.addAndGet(found.damaged());
            Logs.LOG.warn("{} is damaged: {} octets were passed over, {} records read; what was lost may be delivered again",
                file, found.damaged(), found.records());
        }
    }

    /** Ends the current segment, if there is one, and begins another; returns its number. */
    long startNext() throws IOException {
        if (current != null) {
            force();
            closeCurrent();
        }
        number++;
        sizes.put(number, 0L);
        current = factory.create(path(number));
        write(Frames.fileHeader(number));
        forceDirectory();
        count();
        return number;
    }

    /** Appends records. After a failure the segment has to be {@linkplain #abandon abandoned}. */
    void append(Collection<byte[]> payloads) throws IOException {
        buffer.clear();
        for (byte[] payload : payloads) {
            put(Frames.recordHeader(number, payload));
            put(ByteBuffer.wrap(payload));
        }
        flush();
        count();
    }

    private void put(ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int end = octets.limit();
            octets.limit(Math.min(end, octets.position() + buffer.remaining()));
            buffer.put(octets);
            octets.limit(end);
        }
    }

    private void flush() throws IOException {
        write(buffer.flip());
        buffer.clear();
    }

    private void write(ByteBuffer octets) throws IOException {
        int length = octets.remaining();
        if (length == 0) {
            return;
        }
        unforced = true;
        current.write(octets);
        sizes.merge(number, (long) length, Long::sum);
    }

    boolean isUnforced() {
        return unforced;
    }

    /** Forces the current segment to the disk, where the policy is to do so at all and something is to be forced. */
    void force() throws IOException {
        if (syncing && unforced) {
            current.force();
            unforced = false;
            counters.syncs.incrementAndGet();
        }
    }

    private void forceDirectory() throws IOException {
        if (syncing && DIRECTORIES_OPEN) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Nothing more is written to the current segment, because a write failed; the file stays until the state is written anew. */
    void abandon() {
        if (current != null) {
            try {
                closeCurrent();
            } catch (IOException e) {
                Logs.LOG.debug("Could not close {} after an error", path(number), e);
            }
        }
    }

    private void closeCurrent() throws IOException {
        SegmentFile closing = current;
        current = null;
        unforced = false;
        closing.close();
    }

    /** Deletes the files before this one, the oldest first: a newer one may say what became of the mails in an older one. */
    void deleteBefore(long segment) throws IOException {
        while (!sizes.isEmpty() && sizes.firstKey() < segment) {
            Files.deleteIfExists(path(sizes.firstKey()));
            sizes.pollFirstEntry();
        }
        count();
    }

    /** Deletes the files from this one on, which a failed beginning has left: a full disk must not fill with them. */
    void deleteFrom(long segment) throws IOException {
        while (!sizes.isEmpty() && sizes.lastKey() >= segment) {
            Files.deleteIfExists(path(sizes.lastKey()));
            sizes.pollLastEntry();
        }
        count();
    }

    private void count() {
        counters.files.set(sizes.size());
        counters.octets.set(totalSize());
    }

    long oldest() {
        return sizes.isEmpty() ? number : sizes.firstKey();
    }

    long current() {
        return number;
    }

    long currentSize() {
        return sizes.getOrDefault(number, 0L);
    }

    long totalSize() {
        long total = 0;
        for (Map.Entry<Long, Long> file : sizes.entrySet()) {
            total += file.getValue();
        }
        return total;
    }

    void close() throws IOException {
        if (current != null) {
            try {
                force();
            } finally {
                closeCurrent();
            }
        }
    }
}
