// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.cluster;

import javax.inject.Inject;
import javax.persistence.EntityManagerFactory;

import org.apache.james.mailbox.ModSeq;
import org.apache.james.mailbox.exception.MailboxException;
import org.apache.james.mailbox.jpa.mail.JPAModSeqProvider;
import org.apache.james.mailbox.model.Mailbox;
import org.apache.james.mailbox.model.MailboxId;

/** The numbers of changes in mailboxes, each given once although several nodes write to one. */
final class SharedModSeqProvider extends JPAModSeqProvider {
    private final MailboxCounters counters;

    @Inject
    SharedModSeqProvider(EntityManagerFactory entities, MailboxCounters counters) {
        super(entities);
        this.counters = counters;
    }

    @Override
    public ModSeq nextModSeq(Mailbox mailbox) throws MailboxException {
        return nextModSeq(mailbox.getMailboxId());
    }

    @Override
    public ModSeq nextModSeq(MailboxId mailbox) throws MailboxException {
        return ModSeq.of(counters.next(MailboxCounters.HIGHEST_MODSEQ, mailbox));
    }
}
