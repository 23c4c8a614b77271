// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

import org.apache.james.core.Username;
import org.apache.james.protocols.pop3.mailbox.Mailbox;
import org.apache.james.protocols.pop3.mailbox.MessageMetaData;

/** A mailbox of James that says whose it is. As safe for use by several threads as that mailbox. */
final class OwnedMailbox implements Mailbox {
    private final Mailbox mailbox;
    private final Username owner;

    OwnedMailbox(Mailbox mailbox, Username owner) {
        this.mailbox = mailbox;
        this.owner = owner;
    }

    Username owner() {
        return owner;
    }

    @Override
    public InputStream getMessage(String uid) throws IOException {
        return mailbox.getMessage(uid);
    }

    @Override
    public List<MessageMetaData> getMessages() throws IOException {
        return mailbox.getMessages();
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
