// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What is known, and what of it waits to be written: both change under one lock, so that the files say what happened in the order
 * in which the memory learnt it. The lock is held for short times, and never during a write.
 */
final class Inbox {
    /** Records that are written together, and the future of whoever waits for them; null where nobody does. */
    static final class Change {
        private final List<byte[]> payloads;
        private final CompletableFuture<Void> written;

        Change(List<byte[]> payloads, CompletableFuture<Void> written) {
            this.payloads = payloads;
            this.written = written;
        }

        List<byte[]> payloads() {
            return payloads;
        }

        CompletableFuture<Void> written() {
            return written;
        }
    }

    private final JournalMemory memory;
    private final Deque<Change> queue = new ArrayDeque<>();
    private boolean urgent;
    private boolean closed;

    Inbox(JournalMemory memory) {
        this.memory = memory;
    }

    /** Applies a change and queues it; returns false, having done nothing, once the journal is closed. */
    synchronized boolean add(Consumer<JournalMemory> application, Change change) {
        if (closed) {
            return false;
        }
        application.accept(memory);
        queue.add(change);
        // Nobody waits for what has no future: it is written with the next that somebody waits for, or after a tick.
        if (change.written() != null && !urgent) {
            urgent = true;
            notifyAll();
        }
        return true;
    }

    /** Asks the memory, or changes what need not be written. */
    synchronized <T> T ask(Function<JournalMemory, T> question) {
        return question.apply(memory);
    }

    synchronized JournalStats stats(JournalCounters counters) {
        return new JournalStats(memory.openMails(), memory.rememberedRecipients(), queue.size(), counters);
    }

    /** Returns when somebody waits for a write, when the journal is being closed, or after this time. */
    synchronized void await(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        long left = millis;
        while (!urgent && !closed && left > 0) {
            wait(left);
            left = (end - System.nanoTime()) / 1_000_000;
        }
    }

    /** Takes what waits, from the oldest on, up to about so many octets. */
    synchronized List<Change> take(long octets) {
        List<Change> taken = new ArrayList<>();
        long size = 0;
        while (size < octets && !queue.isEmpty()) {
            Change change = queue.poll();
            taken.add(change);
            size += change.payloads().stream().mapToInt(payload -> payload.length).sum();
        }
        urgent = !queue.isEmpty();
        return taken;
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized boolean isFinished() {
        return closed && queue.isEmpty();
    }

    static List<byte[]> payloads(Collection<Change> changes) {
        List<byte[]> payloads = new ArrayList<>(changes.size());
        changes.forEach(change -> payloads.addAll(change.payloads()));
        return payloads;
    }
}
