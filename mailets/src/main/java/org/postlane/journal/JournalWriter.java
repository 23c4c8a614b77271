// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * The one thread that writes. It takes all that waits, writes it as one group, syncs as the policy says, and completes the
 * futures. After an error nothing is known about the file any more; so it tries once a second to write everything that is known
 * into a new one, and only then goes on.
 */
final class JournalWriter implements Runnable {
    /** Waking up for each record would cost more than writing it; no mail notices two milliseconds. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    /** How often there is housekeeping while nothing is recorded, and another try after an error. */
    private static final long TICK_MILLIS = 1_000;
    /** The largest group, and the largest piece of a copy. */
    private static final int GROUP = 1024 * 1024;
    /** Beyond so many full files and twice what is alive, the oldest is copied forward: at least half of all is dead then. */
    private static final int SPARE_SEGMENTS = 4;
    /** A disk that takes so long has a fault that somebody should look at. */
    private static final long STUCK_SECONDS = 30;

    private final Inbox inbox;
    private final SegmentLog log;
    private final JournalSettings settings;
    private final JournalCounters counters;
    private final ExecutorService completions;
    private final Clock clock;
    private volatile Throwable failure;
    private volatile long busySince;
    private boolean usable;
    private long retryAt;
    private long lastForced;

    JournalWriter(Inbox inbox, SegmentLog log, JournalSettings settings, JournalCounters counters, ExecutorService completions,
            Clock clock) {
        this.inbox = inbox;
        this.log = log;
        this.settings = settings;
        this.counters = counters;
        this.completions = completions;
        this.clock = clock;
    }

    /** Writes what was read into a new file; an error is kept, logged, and tried again later. */
    void start() {
        turn(List.of());
    }

    @Override
    public void run() {
        while (!inbox.isFinished()) {
            try {
                inbox.await(waitingTime());
                if (!inbox.isClosed()) {
                    LockSupport.parkNanos(GATHER_NANOS);
                }
            } catch (InterruptedException e) {
                // Nobody has reason to interrupt this thread; it ends by close() alone.
                Logs.LOG.warn("The journal's thread was interrupted; it goes on", e);
            }
            turn(inbox.take(GROUP));
        }
        try {
            log.close();
        } catch (IOException e) {
            Logs.LOG.error("Could not close the delivery journal", e);
        }
        completions.shutdown();
    }

    private long waitingTime() {
        boolean syncDue = usable && log.isUnforced() && !settings.sync().isAlways() && !settings.sync().isNever();
        return syncDue ? Math.min(TICK_MILLIS, settings.sync().interval().toMillis()) : TICK_MILLIS;
    }

    private void turn(List<Inbox.Change> group) {
        busySince = System.nanoTime() | 1;
        List<Inbox.Change> unwritten = group;
        try {
            if (!usable && System.nanoTime() - retryAt < 0) {
                complete(group, false);
                return;
            }
            startAnewAfterError();
            write(group);
            complete(group, true);
            unwritten = List.of();
            housekeep();
        } catch (IOException | RuntimeException | Error e) {
            failed(e);
            complete(unwritten, false);
        } finally {
            busySince = 0;
        }
    }

    private void startAnewAfterError() throws IOException {
        if (usable) {
            return;
        }
        long first = log.current() + 1;
        try {
            setSegment(log.startNext());
            copyForwardFromBefore(first);
        } catch (IOException | RuntimeException | Error e) {
            discardFrom(first, e);
            throw e;
        }
        log.deleteBefore(first);
        usable = true;
        if (failure != null) {
            failure = null;
            Logs.LOG.info("The delivery journal is written again");
        }
    }

    private void discardFrom(long first, Throwable reason) {
        log.abandon();
        try {
            log.deleteFrom(first);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private void write(List<Inbox.Change> group) throws IOException {
        if (!group.isEmpty()) {
            log.append(Inbox.payloads(group));
            counters.groups.incrementAndGet();
        }
        if (settings.sync().isAlways()) {
            log.force();
        } else if (!settings.sync().isNever() && System.nanoTime() - lastForced >= settings.sync().interval().toNanos()) {
            log.force();
            lastForced = System.nanoTime();
        }
    }

    private void housekeep() throws IOException {
        if (log.currentSize() >= settings.segmentSize()) {
            setSegment(log.startNext());
        }
        List<String> abandoned = inbox.ask(memory -> memory.expire(clock.millis()));
        if (!abandoned.isEmpty()) {
            Logs.LOG.info("Forgot {} mails whose queue items were not seen for {}, the first of them {}", abandoned.size(),
                settings.abandonedAfter(), abandoned.get(0));
        }
        log.deleteBefore(inbox.ask(JournalMemory::oldestSegment));
        while (log.oldest() < log.current()
            && log.totalSize() > (long) SPARE_SEGMENTS * settings.segmentSize() + 2 * inbox.ask(JournalMemory::size)) {
            copyForwardFromBefore(log.oldest() + 1);
            log.deleteBefore(inbox.ask(JournalMemory::oldestSegment));
        }
    }

    /** Writes mails with records in files before this one once more, so that these files can go. */
    private void copyForwardFromBefore(long limit) throws IOException {
        List<MailState.Copy> copies = inbox.ask(memory -> memory.moveFromBefore(limit, GROUP));
        while (!copies.isEmpty()) {
            log.append(copies.stream().flatMap(copy -> copy.encode().stream()).collect(Collectors.toList()));
            if (log.currentSize() >= settings.segmentSize()) {
                setSegment(log.startNext());
            }
            copies = inbox.ask(memory -> memory.moveFromBefore(limit, GROUP));
        }
        log.force();
    }

    private void setSegment(long number) {
        inbox.ask(memory -> {
            memory.segment(number);
            return null;
        });
    }

    private void failed(Throwable e) {
        if (failure == null) {
            Logs.LOG.error("The delivery journal cannot be written; mail is delivered without it, and a crash may repeat what is "
                + "delivered now. Tried again every {} ms", TICK_MILLIS, e);
        } else {
            Logs.LOG.debug("The delivery journal still cannot be written", e);
        }
        failure = e;
        usable = false;
        retryAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
        log.abandon();
    }

    private void complete(List<Inbox.Change> group, boolean written) {
        List<Inbox.Change> waited = group.stream().filter(change -> change.written() != null).collect(Collectors.toList());
        if (waited.isEmpty()) {
            return;
        }
        (written ? counters.records : counters.unwritten).addAndGet(waited.size());
        Throwable cause = failure;
        completions.execute(() -> waited.forEach(change -> {
            if (written) {
                change.written().complete(null);
            } else {
                change.written().completeExceptionally(new JournalUnavailableException("not written to the delivery journal: "
                    + cause, cause));
            }
        }));
    }

    /** Why it cannot write; null while it can. */
    String problem() {
        Throwable e = failure;
        if (e != null) {
            return "cannot be written: " + e;
        }
        long since = busySince;
        long seconds = since == 0 ? 0 : TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since);
        return seconds < STUCK_SECONDS ? null : "has been writing for " + seconds + " s";
    }
}
