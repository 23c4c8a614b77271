// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

import org.apache.james.queue.api.MailQueueName;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;

/**
 * One queue's mails in the store: written whole, read in parts, deleted whole. What is lying in the way of a mail is set aside
 * with its records as they are. Safe for use by several threads.
 */
final class MailRecords {
    private final QueueStore store;
    private final Bodies bodies;
    private final Space space;
    private final MailQueueName queue;
    private final Keys keys;

    MailRecords(QueueStore store, Bodies bodies, Space space, MailQueueName queue) {
        this.store = store;
        this.bodies = bodies;
        this.space = space;
        this.queue = queue;
        this.keys = new Keys(queue);
    }

    /** How a mail is called in the log: by its queue and its number, as in the keys of its records. */
    String nameOf(Entry entry) {
        return queue.asString() + "/" + Long.toHexString(entry.id());
    }

    /**
     * Writes a mail; it is on the disk when this returns, and not in the queue when it fails.
     *
     * @param isNew whether nobody has answered for it yet: such mail leaves more of the disk free
     */
    Entry write(Mail mail, long id, long due, int priority, boolean isNew) throws IOException, MessagingException {
        MimeMessage message = mail.getMessage();
        if (message == null) {
            // James' spooler puts back what a stop interrupted, and may have let go of its message by then. Taken, this would
            // be acknowledged in the place of the mail that the queue still has.
            throw new MessagingException("its message is gone already");
        }
        long free = space.toBeLeftBy(isNew);
        space.require(free);
        ContentSink content = ContentSink.take(message, bodies, id, free);
        try {
            Entry entry = new Entry(id, due, priority, content.isFile() ? Entry.Place.FILE : Entry.Place.DATABASE);
            Changes changes = records(mail, entry, content.size());
            if (!content.isFile()) {
                changes.put(Family.CONTENT, keys.of(id), content.octets());
            }
            store.add(changes);
            return entry;
        } catch (IOException | RuntimeException e) {
            content.discard();
            throw e;
        }
    }

    private Changes records(Mail mail, Entry entry, long size) {
        byte[] key = keys.of(entry.id());
        return new Changes()
            .put(Family.INDEX, key, IndexRecord.of(entry))
            .put(Family.ENVELOPE, key, EnvelopeCodec.write(mail, size));
    }

    /**
     * The mail; its message is read when somebody wants it.
     *
     * @throws DamagedRecordException for it to be set aside
     */
    MailImpl read(Entry entry) throws IOException {
        Map.Entry<MailImpl, Long> read = EnvelopeCodec.read(envelope(entry));
        MailImpl mail = read.getKey();
        long size = read.getValue();
        if (entry.place() == Entry.Place.FILE && !bodies.isWhole(entry.id(), size)) {
            throw new DamagedRecordException("The message of " + mail.getName() + " is no file of " + size + " octets");
        }
        try {
            mail.setMessageContent(new StoredContent(this, entry, size));
        } catch (MessagingException e) {
            throw new IllegalStateException("it only declares to", e);
        }
        return mail;
    }

    /** What one looks for it by; null if it is gone. */
    EnvelopeCodec.Addresses addresses(Entry entry) throws IOException {
        byte[] octets = store.get(Family.ENVELOPE, keys.of(entry.id()));
        return octets == null ? null : EnvelopeCodec.addresses(octets);
    }

    private byte[] envelope(Entry entry) throws IOException {
        byte[] octets = store.get(Family.ENVELOPE, keys.of(entry.id()));
        if (octets == null) {
            throw new DamagedRecordException(nameOf(entry) + " has no envelope");
        }
        return octets;
    }

    /** The message. An entry whose message cannot be read is remembered as damaged. */
    InputStream open(Entry entry, long size) throws IOException {
        try {
            if (entry.place() == Entry.Place.FILE) {
                return bodies.open(entry.id(), size);
            }
            byte[] octets = store.get(Family.CONTENT, keys.of(entry.id()));
            if (octets == null || octets.length != size) {
                throw new DamagedRecordException("Of the message of " + nameOf(entry) + " "
                    + (octets == null ? 0 : octets.length) + " octets are there, not " + size);
            }
            return new ByteArrayInputStream(octets);
        } catch (DamagedRecordException e) {
            entry.damaged();
            throw e;
        }
    }

    /** Fails as reading all of the mail would. */
    void check(Entry entry) throws IOException {
        long size = EnvelopeCodec.read(envelope(entry)).getValue();
        open(entry, size).close();
    }

    /**
     * Deletes mails. One that has a file does not return before its records are off the disk, for a power loss would bring them
     * back without it.
     */
    void delete(List<Entry> entries) throws IOException {
        Changes changes = new Changes();
        boolean files = false;
        for (Entry entry : entries) {
            byte[] key = keys.of(entry.id());
            changes.delete(Family.INDEX, key).delete(Family.ENVELOPE, key);
            if (entry.place() == Entry.Place.DATABASE) {
                changes.delete(Family.CONTENT, key);
            }
            files |= entry.place() == Entry.Place.FILE;
        }
        store.change(changes, files);
        for (Entry entry : entries) {
            if (entry.place() == Entry.Place.FILE) {
                bodies.delete(entry.id());
            }
        }
    }

    /** Writes down that these are due at another time than they were. */
    void postpone(List<Entry> entries, long due) throws IOException {
        Changes changes = new Changes();
        for (Entry entry : entries) {
            changes.put(Family.INDEX, keys.of(entry.id()), IndexRecord.of(entry, due));
        }
        store.change(changes, true);
    }

    /**
     * Takes a mail out of the queue, and leaves all there is of it in the store.
     *
     * @return whether there was anything: a deletion that failed may have been one all the same
     */
    boolean setAside(Entry entry, String reason) throws IOException {
        byte[] key = keys.of(entry.id());
        if (store.get(Family.INDEX, key) == null) {
            return false;
        }
        store.change(new Changes()
            .delete(Family.INDEX, key)
            .put(Family.SET_ASIDE, key, IndexRecord.withReason(IndexRecord.of(entry), reason.getBytes(UTF_8))), true);
        return true;
    }
}
