// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A journal that lives as long as the process. */
final class MemoryJournal implements DeliveryJournal {
    private final Clock clock = Clock.systemUTC();
    private final JournalCounters counters = new JournalCounters();
    private final JournalMemory memory;

    MemoryJournal(JournalSettings settings) {
        memory = new JournalMemory(settings);
    }

    @Override
    public synchronized CompletableFuture<Void> record(JournalItem item, Collection<JournalEntry> outcomes) {
        memory.record(item, List.copyOf(outcomes), clock.millis());
        return recorded();
    }

    @Override
    public synchronized CompletableFuture<Void> recordStep(JournalItem item, String step) {
        memory.step(item, Texts.key("step", step), clock.millis());
        return recorded();
    }

    private CompletableFuture<Void> recorded() {
        counters.records.incrementAndGet();
        memory.expire(clock.millis());
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized Recall recall(JournalItem item) {
        return memory.recall(item, clock.millis());
    }

    @Override
    public synchronized void done(JournalItem item) {
        memory.done(item, clock.millis());
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    @Override
    public synchronized JournalStats stats() {
        return new JournalStats(memory.openMails(), memory.rememberedRecipients(), 0, counters);
    }

    @Override
    public void close() {
        // Nothing is held that would have to be given back.
    }
}
