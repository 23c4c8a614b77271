// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import javax.inject.Inject;
import javax.persistence.EntityManagerFactory;

import org.apache.james.mailbox.MessageUid;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.jpa.mail.JPAUidProvider;
import org.apache.james.mailbox.model.Mailbox;
import org.apache.james.mailbox.model.MailboxId;

/** The numbers of messages, each given once although several nodes write to a mailbox. James' own reads, adds one and writes. */
final class SharedUidProvider extends JPAUidProvider {
    private final MailboxCounters counters;

    @Inject
    SharedUidProvider(EntityManagerFactory entities, MailboxCounters counters) {
        super(entities);
        this.counters = counters;
    }

    @Override
    public MessageUid nextUid(Mailbox mailbox) throws MailboxException {
        return nextUid(mailbox.getMailboxId());
    }

    @Override
    public MessageUid nextUid(MailboxId mailbox) throws MailboxException {
        return MessageUid.of(counters.next(MailboxCounters.LAST_UID, mailbox));
    }
}
