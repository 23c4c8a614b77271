// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.postlane.report.FailureReason;
import org.postlane.report.FailureReasons;
import org.postlane.report.SenderWishes;

/** Sends the recipients that could not be delivered to a processor, in a mail of their own. Safe for use by several threads. */
final class ErrorMails {
    private static final String PREFIX = "error-";

    private final MailetContext context;

    ErrorMails(MailetContext context) {
        this.context = context;
    }

    /** The mail that LocalDelivery sends, with what a report needs: the wishes of the sender, and what became of whom. */
    void send(Mail mail, Map<MailAddress, FailureReason> recipients, String processor) throws MessagingException {
        send(mail, mail.getName(), null, recipients, processor);
    }

    /**
     * For mailboxes that gave no answer. A name of its own: a repository keeps one mail under a name.
     *
     * @param message reaches the sender by way of mailets like Bounce
     */
    void sendUnanswered(Mail mail, String message, Collection<MailAddress> recipients, FailureReason reason, String processor)
            throws MessagingException {
        Map<MailAddress, FailureReason> reasons = new LinkedHashMap<>();
        recipients.forEach(recipient -> reasons.put(recipient, reason));
        send(mail, mail.getName() + "-unanswered", message, reasons, processor);
    }

    private void send(Mail mail, String name, String message, Map<MailAddress, FailureReason> recipients, String processor)
            throws MessagingException {
        MailImpl.Builder error = MailImpl.builder()
            .name(PREFIX + name)
            .sender(mail.getMaybeSender())
            .addRecipients(recipients.keySet())
            .lastUpdated(mail.getLastUpdated())
            .mimeMessage(mail.getMessage())
            .state(processor);
        if (message != null) {
            error.errorMessage(message);
        }
        MailImpl built = error.build();
        SenderWishes.copy(mail, built, recipients.keySet());
        FailureReasons.set(built, recipients);
        try {
            context.sendMail(built);
        } finally {
            LifecycleUtil.dispose(built);
        }
    }
}
