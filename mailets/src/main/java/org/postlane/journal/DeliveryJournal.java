// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Remembers, across a crash, what came of the recipients of the mails that are being delivered, and which steps of their
 * settlement were taken. One journal serves all queues of a James.
 *
 * <p>The order of things for one queue item: {@link #recall}, then deliver what is not yet delivered, {@link #record} as outcomes
 * come, {@link #recordStep} after each step of the settlement, acknowledge the item in the queue, {@link #done}. A crash at any
 * point repeats only what was not yet recorded. Delivery remains at least once: a transaction that succeeded, and whose
 * outcome was not written before the crash, is repeated.
 *
 * <p>No method blocks on the disk except {@link #open} and {@link #close}. Safe for use by several threads.
 */
public interface DeliveryJournal extends AutoCloseable {
    /**
     * Makes the directory of a journal, for nobody but the user of this process, so that it shows early if that cannot be done.
     *
     * @throws IOException where it cannot
     */
    static void prepare(Path directory) throws IOException {
        PrivateFiles.createDirectory(directory);
    }

    /**
     * Opens the journal in a directory, which is created where it is missing, and reads what is there. Damage in it is left out,
     * logged, and counted in {@link #stats()}; it never prevents the start, and neither does a disk that is full: then
     * {@link #problem()} says so from the start.
     *
     * @throws JournalInUseException if another process, or this one, has it open
     * @throws IOException if the directory cannot be created or read
     */
    static DeliveryJournal open(Path directory, JournalSettings settings) throws IOException {
        return FileJournal.open(directory, settings, SegmentFile::create);
    }

    /** A journal without files: it remembers as long as the process lives, and its futures are complete at once. */
    static DeliveryJournal inMemory(JournalSettings settings) {
        return new MemoryJournal(settings);
    }

    /**
     * Records outcomes. They are visible to {@link #recall} at once. An outcome replaces an earlier one of the same item and
     * recipient, except that what is delivered stays delivered.
     *
     * <p>The future completes as soon as the outcomes are as safe as {@link JournalSettings#sync()} promises, on a thread of the
     * journal: what depends on it must not block. Callers that come while the disk is busy are written together. Where the
     * journal cannot be written, it completes soon all the same, with a {@link JournalUnavailableException}: the outcome is then
     * known to this process only (and is written as soon as writing works again), and the delivery goes on.
     */
    CompletableFuture<Void> record(JournalItem item, Collection<JournalEntry> outcomes);

    /** Records that a step of the settlement of this item was taken; the future is as that of {@link #record}. */
    CompletableFuture<Void> recordStep(JournalItem item, String step);

    /** What is known about an item: its outcomes and steps, and the recipients to whom any item of its mail was delivered. */
    Recall recall(JournalItem item);

    /**
     * The queue has acknowledged the item: its steps, and its outcomes other than delivered, are forgotten. Delivered recipients
     * are remembered for {@link JournalSettings#rememberDelivered()} from here on, because the spool may run a mail again.
     * Does nothing for an item that is not known.
     */
    void done(JournalItem item);

    /** Why the journal cannot be written at the moment; empty while it works. For a health check. */
    Optional<String> problem();

    /** Counters since it was opened, and what it holds at the moment. */
    JournalStats stats();

    /** Writes what waits, syncs unless the policy is {@code never}, and gives the directory free. Waits for it, 10 s at most. */
    @Override
    void close();
}
