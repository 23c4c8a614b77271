// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.util.Collection;
import java.util.stream.Collectors;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;

/**
 * Where a mail goes for which something cannot be done, however often it is tried: to James' processor {@code error}, which as
 * James comes with it tells the sender and keeps the mail in a repository. Its spool is also what shows that it is the mail, and
 * not James: where the spool is away too, the mail is not set aside. Safe to share.
 */
final class SetAside {
    private static final String KIND = "unsettled";

    private final MailetContext context;

    SetAside(MailetContext context) {
        this.context = context;
    }

    /** Those of the recipients who did not get the mail; none is fine. */
    void toldToItsSender(AsQueued queued, Collection<MailAddress> recipients) throws MessagingException {
        if (!recipients.isEmpty()) {
            context.sendMail(marked(queued.named(recipients, KIND)), Mail.ERROR);
        }
    }

    /** A copy of which the sender shall not hear, because nothing is wrong for him, or because he hears of it anyway. */
    void silently(AsQueued queued, Collection<MailAddress> recipients) throws MessagingException {
        Mail mail = marked(queued.named(recipients, KIND));
        MailImpl copy = MailImpl.builder().name(mail.getName()).sender(MaybeSender.nullSender()).addRecipients(recipients)
            .mimeMessage(mail.getMessage()).addAttributes(mail.attributes().collect(Collectors.toList())).build();
        try {
            copy.setErrorMessage(mail.getErrorMessage());
            context.sendMail(copy, Mail.ERROR);
        } finally {
            LifecycleUtil.dispose(copy);
        }
    }

    private static Mail marked(Mail mail) {
        mail.setErrorMessage("Postlane could not settle this mail; the log says why");
        return mail;
    }
}
