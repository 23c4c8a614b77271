// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;

import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an administrator orders: of mails that wait, not of those that somebody has taken. Mail comes and goes meanwhile, and what
 * is damaged is set aside and keeps no other from being found. Safe for use by several threads.
 */
final class QueueAdministration {
    /** Written at a time, so that others get their turn. */
    private static final int CHUNK = 500;
    private static final Logger LOGGER = LoggerFactory.getLogger(QueueAdministration.class);

    private final MailQueueName queue;
    private final QueueIndex index;
    private final MailRecords records;
    private final BiConsumer<Entry, String> setAside;
    private final Clock clock;

    QueueAdministration(MailQueueName queue, QueueIndex index, MailRecords records, BiConsumer<Entry, String> setAside,
                        Clock clock) {
        this.queue = queue;
        this.index = index;
        this.records = records;
        this.setAside = setAside;
        this.clock = clock;
    }

    /** Whether a mail is meant. */
    interface Search {
        boolean isMeant(Entry entry) throws IOException;
    }

    /** Addresses are the same in capital letters, as in James. */
    Search search(ManageableMailQueue.Type type, String value) {
        return entry -> {
            EnvelopeCodec.Addresses addresses = records.addresses(entry);
            if (addresses == null) {
                // Done while it was looked for.
                return false;
            }
            switch (type) {
                case Name:
                    return value.equals(addresses.name);
                case Sender:
                    return value.equalsIgnoreCase(addresses.sender == null ? "<>" : addresses.sender);
                case Recipient:
                    return addresses.recipients.stream().anyMatch(value::equalsIgnoreCase);
                default:
                    throw new IllegalArgumentException("No search by " + type);
            }
        };
    }

    /** How many were removed. */
    long remove(Search search) throws MailQueueException {
        long removed = 0;
        List<Entry> claimed = new ArrayList<>();
        try {
            for (Iterator<Entry> entries = index.waiting(); entries.hasNext();) {
                Entry entry = entries.next();
                if (isMeant(search, entry) && index.claim(entry)) {
                    claimed.add(entry);
                }
                if (claimed.size() == CHUNK || !entries.hasNext()) {
                    delete(claimed);
                    removed += claimed.size();
                    claimed.clear();
                }
            }
            return removed;
        } finally {
            // Left over only where it has failed.
            claimed.forEach(entry -> index.giveBack(entry, entry.due()));
        }
    }

    private boolean isMeant(Search search, Entry entry) throws MailQueueException {
        try {
            return search.isMeant(entry);
        } catch (DamagedRecordException e) {
            if (index.claim(entry)) {
                setAside.accept(entry, e.getMessage());
            }
            return false;
        } catch (IOException e) {
            throw new MailQueueException("The queue " + queue.asString() + " cannot be searched: " + e.getMessage(), e);
        }
    }

    private void delete(List<Entry> entries) throws MailQueueException {
        if (entries.isEmpty()) {
            return;
        }
        try {
            records.delete(entries);
        } catch (IOException e) {
            throw new MailQueueException("Mails of the queue " + queue.asString() + " cannot be removed: " + e.getMessage(), e);
        }
        entries.forEach(index::forget);
    }

    /** Makes those that wait for their time ready, in the order in which they came. How many. */
    long flush() throws MailQueueException {
        List<Entry> deferred = new ArrayList<>();
        index.deferred().forEachRemaining(deferred::add);
        deferred.sort(Comparator.comparingLong(Entry::id));
        long flushed = 0;
        for (int i = 0; i < deferred.size(); i += CHUNK) {
            List<Entry> chunk = new ArrayList<>();
            for (Entry entry : deferred.subList(i, Math.min(i + CHUNK, deferred.size()))) {
                if (index.claimDeferred(entry)) {
                    chunk.add(entry);
                }
            }
            makeReady(chunk);
            flushed += chunk.size();
        }
        return flushed;
    }

    private void makeReady(List<Entry> entries) throws MailQueueException {
        long now = clock.millis();
        try {
            records.postpone(entries, now);
        } catch (IOException e) {
            entries.forEach(entry -> index.giveBack(entry, entry.due()));
            throw new MailQueueException("The queue " + queue.asString() + " cannot be flushed: " + e.getMessage(), e);
        }
        for (Entry entry : entries) {
            entry.due(now);
            index.giveBack(entry);
        }
    }

    /** Those that wait, in the order in which they are due. What is done while they are looked at is left out. */
    ManageableMailQueue.MailQueueIterator browse() {
        return new Browsing(index.waiting());
    }

    private final class Browsing implements ManageableMailQueue.MailQueueIterator {
        private final Iterator<Entry> entries;
        private ManageableMailQueue.MailQueueItemView next;

        private Browsing(Iterator<Entry> entries) {
            this.entries = entries;
        }

        @Override
        public boolean hasNext() {
            while (next == null && entries.hasNext()) {
                Entry entry = entries.next();
                try {
                    next = new ManageableMailQueue.DefaultMailQueueItemView(records.read(entry),
                        Instant.ofEpochMilli(entry.due()).atZone(clock.getZone()));
                } catch (DamagedRecordException e) {
                    // Gone, or damaged: then it is not gone from the index.
                    if (index.claim(entry)) {
                        setAside.accept(entry, e.getMessage());
                    }
                } catch (IOException e) {
                    LOGGER.error("{} cannot be listed", records.nameOf(entry), e);
                }
            }
            return next != null;
        }

        @Override
        public ManageableMailQueue.MailQueueItemView next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            ManageableMailQueue.MailQueueItemView view = next;
            next = null;
            return view;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
