// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.util.List;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;

/** Sends the recipients that could not be delivered to a processor, in a mail of their own. Safe for use by several threads. */
final class ErrorMails {
    private static final String PREFIX = "error-";

    private final MailetContext context;

    ErrorMails(MailetContext context) {
        this.context = context;
    }

    /** The mail that LocalDelivery sends. */
    void send(Mail mail, List<MailAddress> recipients, String processor) throws MessagingException {
        send(mail, mail.getName(), null, recipients, processor);
    }

    /**
     * For mailboxes that gave no answer. A name of its own: a repository keeps one mail under a name. The reason reaches the
     * sender by way of mailets like Bounce.
     */
    void sendUnanswered(Mail mail, String reason, List<MailAddress> recipients, String processor) throws MessagingException {
        send(mail, mail.getName() + "-unanswered", reason, recipients, processor);
    }

    private void send(Mail mail, String name, String reason, List<MailAddress> recipients, String processor)
            throws MessagingException {
        MailImpl.Builder error = MailImpl.builder()
            .name(PREFIX + name)
            .sender(mail.getMaybeSender())
            .addRecipients(recipients)
            .mimeMessage(mail.getMessage())
            .state(processor);
        if (reason != null) {
            error.errorMessage(reason);
        }
        Mail built = error.build();
        try {
            context.sendMail(built);
        } finally {
            LifecycleUtil.dispose(built);
        }
    }
}
