// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.postlane.outbound.operations.QueueInHand;

/** The mails of one queue that were taken out of it and are not settled. Safe for use by several threads; never blocks. */
final class Hand implements QueueInHand {
    private final QueueReader reader;
    private final EngineTime time;
    private final Runnable released;
    private final Set<QueuedMail> mails = ConcurrentHashMap.newKeySet();
    /** Those that have not been offered to their destinations yet. */
    private final Set<QueuedMail> unsorted = ConcurrentHashMap.newKeySet();
    private final Copies copies = new Copies();

    /**
     * An empty hand.
     *
     * @param reader hears what there is room for again
     * @param released runs whenever a mail has left it
     */
    Hand(QueueReader reader, EngineTime time, Runnable released) {
        this.reader = reader;
        this.time = time;
        this.released = released;
    }

    /** Takes one, which the reader has counted. */
    void take(QueuedMail mail) {
        mails.add(mail);
        copies.add(mail);
        unsorted.add(mail);
    }

    /** It has been offered to its destinations, or will not be for a while. May be said again. */
    void sorted(QueuedMail mail) {
        if (unsorted.remove(mail)) {
            reader.sorted();
        }
    }

    /** Lets go of one. May be done again. */
    void release(QueuedMail mail) {
        sorted(mail);
        if (mails.remove(mail)) {
            mail.dispose();
            reader.release(mail.size());
            released.run();
            copies.remove(mail);
        }
    }

    /** As {@link Copies#lostOf}. */
    Optional<QueuedMail> lostCopyOf(QueuedMail mail, Runnable over) {
        return copies.lostOf(mail, over);
    }

    boolean isEmpty() {
        return mails.isEmpty();
    }

    /** All of them, as they come and go. */
    Collection<QueuedMail> all() {
        return Collections.unmodifiableSet(mails);
    }

    @Override
    public int mails() {
        return reader.mails();
    }

    @Override
    public long octets() {
        return reader.octets();
    }

    @Override
    public Optional<Duration> oldest() {
        return mails.stream().map(QueuedMail::takenAt).min(Long::compare)
            .map(first -> Duration.ofNanos(time.nanoTime() - first));
    }

    /** When the one was queued that was queued first; empty where nobody knows of any. */
    Optional<Instant> firstQueuedAt() {
        return mails.stream().map(QueuedMail::queuedAt).flatMap(Optional::stream).min(Comparator.naturalOrder());
    }
}
