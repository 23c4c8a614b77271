// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.io.IOException;
import java.io.InputStream;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

import org.apache.james.protocols.pop3.mailbox.Mailbox;
import org.apache.james.protocols.pop3.mailbox.MessageMetaData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a mailbox held when its user logged in, and what is marked as deleted since. The mailbox is listed once, in
 * {@link #open}; numbers, sizes and ids then stay as they are for the session (RFC 1939 4, 5), whatever other sessions do.
 *
 * <p>Message numbers begin with 1. Not safe for use by several threads at a time.
 */
final class Maildrop {
    private static final Logger LOGGER = LoggerFactory.getLogger(Maildrop.class);

    private final Mailbox mailbox;
    private final MaildropLocks.Lease lease;
    private final List<MessageMetaData> messages;
    private final String validity;
    private final UidlForm uidl;
    private final BitSet deleted = new BitSet();
    private long octets;

    private Maildrop(Mailbox mailbox, MaildropLocks.Lease lease, UidlForm uidl) throws IOException {
        this.mailbox = mailbox;
        this.lease = lease;
        this.uidl = uidl;
        this.messages = mailbox.getMessages();
        this.validity = mailbox.getIdentifier();
        this.octets = allOctets();
    }

    /**
     * Lists the mailbox. On a failure neither the mailbox is closed nor the lease released.
     *
     * @throws IOException where the mailbox does not answer
     */
    static Maildrop open(Mailbox mailbox, MaildropLocks.Lease lease, UidlForm uidl) throws IOException {
        return new Maildrop(mailbox, lease, uidl);
    }

    private long allOctets() {
        return messages.stream().mapToLong(MessageMetaData::getSize).sum();
    }

    /** The highest message number. */
    int last() {
        return messages.size();
    }

    /** Whether there is such a message, and it is not marked as deleted. */
    boolean has(int number) {
        return number >= 1 && number <= messages.size() && !deleted.get(number);
    }

    /** How many messages are not marked as deleted. */
    int count() {
        return messages.size() - deleted.cardinality();
    }

    /** The octets of the messages that are not marked as deleted. */
    long octets() {
        return octets;
    }

    long octets(int number) {
        return messages.get(number - 1).getSize();
    }

    String uidl(int number) {
        return uidl.uidl(validity, messages.get(number - 1));
    }

    /**
     * The message as it is stored.
     *
     * @throws IOException where another session removed it meanwhile, or the mailbox does not answer
     */
    InputStream content(int number) throws IOException {
        return mailbox.getMessage(messages.get(number - 1).getUid());
    }

    /** Marks a message that {@link #has} is true for. */
    void delete(int number) {
        deleted.set(number);
        octets -= octets(number);
    }

    /** Takes all marks back. */
    void reset() {
        deleted.clear();
        octets = allOctets();
    }

    /**
     * Removes what is marked (RFC 1939 6).
     *
     * @return how many
     * @throws IOException where some or all of it may not have been removed
     */
    int removeDeleted() throws IOException {
        String[] uids = IntStream.rangeClosed(1, messages.size()).filter(deleted::get)
            .mapToObj(number -> messages.get(number - 1).getUid()).toArray(String[]::new);
        if (uids.length > 0) {
            mailbox.remove(uids);
        }
        return uids.length;
    }

    /** Ends it without removing anything, and releases the lock; again does nothing. */
    void close() {
        try {
            mailbox.close();
        } catch (IOException | RuntimeException e) {
            LOGGER.warn("A mailbox could not be closed after POP3", e);
        } finally {
            lease.release();
        }
    }
}
