// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The journal in a directory: memory and queue in an {@link Inbox}, one thread that writes, one that completes futures. */
final class FileJournal implements DeliveryJournal {
    private static final long CLOSE_SECONDS = 10;

    private final Path directory;
    private final Inbox inbox;
    private final JournalCounters counters;
    private final Clock clock;
    private final DirectoryLock lock;
    private final JournalWriter writer;
    private final Thread thread;

    private FileJournal(Path directory, JournalSettings settings, SegmentFile.Factory factory, Clock clock, DirectoryLock lock)
            throws IOException {
        this.directory = directory;
        this.clock = clock;
        this.lock = lock;
        this.counters = new JournalCounters();
        SegmentLog log = new SegmentLog(directory, factory, !settings.sync().isNever(), counters);
        JournalMemory memory = read(log, settings);
        this.inbox = new Inbox(memory);
        ExecutorService completions = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
            task -> daemon(task, "postlane-journal-completions"));
        this.writer = new JournalWriter(inbox, log, settings, counters, completions, clock);
        this.thread = daemon(writer, "postlane-journal");
    }

    static FileJournal open(Path directory, JournalSettings settings, SegmentFile.Factory factory) throws IOException {
        return open(directory, settings, factory, Clock.systemUTC());
    }

    static FileJournal open(Path directory, JournalSettings settings, SegmentFile.Factory factory, Clock clock)
            throws IOException {
        PrivateFiles.createDirectory(directory);
        DirectoryLock lock = DirectoryLock.take(directory);
        try {
            FileJournal journal = new FileJournal(directory, settings, factory, clock, lock);
            journal.writer.start();
            journal.thread.start();
            Logs.LOG.info("Delivery journal in {}: {}; {}", directory.toAbsolutePath(), settings, journal.stats());
            return journal;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static JournalMemory read(SegmentLog log, JournalSettings settings) {
        JournalMemory memory = new JournalMemory(settings);
        RecordCodec codec = new RecordCodec();
        log.read(payload -> {
            try {
                codec.apply(payload, memory);
            } catch (IllegalArgumentException e) {
                // The sum was right, so this is no damage of the disk; the rest may be readable all the same.
                Logs.LOG.error("The delivery journal holds a record that is not understood", e);
            }
        });
        memory.sortByTime();
        return memory;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public CompletableFuture<Void> record(JournalItem item, Collection<JournalEntry> outcomes) {
        List<JournalEntry> entries = List.copyOf(outcomes);
        if (entries.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        long now = clock.millis();
        CompletableFuture<Void> written = new CompletableFuture<>();
        return added(written, inbox.add(memory -> memory.record(item, entries, now),
            new Inbox.Change(RecordCodec.entries(item, now, entries), written)));
    }

    @Override
    public CompletableFuture<Void> recordStep(JournalItem item, String step) {
        Texts.key("step", step);
        long now = clock.millis();
        CompletableFuture<Void> written = new CompletableFuture<>();
        return added(written, inbox.add(memory -> memory.step(item, step, now),
            new Inbox.Change(List.of(RecordCodec.step(item, now, step)), written)));
    }

    private CompletableFuture<Void> added(CompletableFuture<Void> written, boolean isOpen) {
        if (!isOpen) {
            written.completeExceptionally(new JournalUnavailableException("the delivery journal is closed", null));
        }
        return written;
    }

    @Override
    public Recall recall(JournalItem item) {
        return inbox.ask(memory -> memory.recall(item, clock.millis()));
    }

    @Override
    public void done(JournalItem item) {
        long now = clock.millis();
        inbox.add(memory -> memory.done(item, now), new Inbox.Change(List.of(RecordCodec.done(item, now)), null));
    }

    @Override
    public Optional<String> problem() {
        return Optional.ofNullable(writer.problem()).map(problem -> "the delivery journal in " + directory + " " + problem);
    }

    @Override
    public JournalStats stats() {
        return inbox.stats(counters);
    }

    @Override
    public void close() {
        inbox.close();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
            if (thread.isAlive()) {
                Logs.LOG.error("The delivery journal in {} is still being written after {} s; left alone", directory,
                    CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            lock.close();
        } catch (IOException e) {
            Logs.LOG.error("Could not give the lock of the delivery journal back", e);
        }
    }
}
