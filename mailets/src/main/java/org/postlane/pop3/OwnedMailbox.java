// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

import org.apache.james.core.Username;
import org.apache.james.mailbox.MailboxSession;
import org.apache.james.mailbox.MessageManager;
import org.apache.james.pop3server.mailbox.MailboxAdapterFactory;
import org.apache.james.protocols.pop3.mailbox.Mailbox;
import org.apache.james.protocols.pop3.mailbox.MessageMetaData;
import reactor.core.Exceptions;

/**
 * A mailbox of James that says whose it is, and whose reads fail rather than leave something out ({@link WholeResults}). As safe
 * for use by several threads as that mailbox.
 */
final class OwnedMailbox implements Mailbox {
    private final Mailbox mailbox;
    private final Username owner;

    private OwnedMailbox(Mailbox mailbox, Username owner) {
        this.mailbox = mailbox;
        this.owner = owner;
    }

    /** What James' factory makes of a mailbox that is open. */
    static OwnedMailbox of(MessageManager mailbox, MailboxSession session, MailboxAdapterFactory adapters) {
        return new OwnedMailbox(adapters.create(WholeResults.of(mailbox), session), mailbox.getMailboxPath().getUser());
    }

    Username owner() {
        return owner;
    }

    @Override
    public InputStream getMessage(String uid) throws IOException {
        try {
            return mailbox.getMessage(uid);
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
    }

    @Override
    public List<MessageMetaData> getMessages() throws IOException {
        try {
            return mailbox.getMessages();
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
    }

    private IOException unreadable(RuntimeException e) {
        return new IOException("The mailbox of " + owner.asString() + " cannot be read", Exceptions.unwrap(e));
    }

    @Override
    public void remove(String... uids) throws IOException {
        mailbox.remove(uids);
    }

    @Override
    public String getIdentifier() throws IOException {
        return mailbox.getIdentifier();
    }

    @Override
    public void close() throws IOException {
        mailbox.close();
    }
}
