// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import javax.mail.MessagingException;

import com.google.common.collect.Lists;
import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.remote.delivery.HeloNameProvider;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.postlane.lane.Lane;
import org.postlane.report.Action;
import org.postlane.report.Notification;
import org.postlane.report.RecipientStatus;
import org.postlane.report.ReportLimits;
import org.postlane.report.ReportMail;
import org.postlane.report.SenderWishes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells senders who asked for it (RFC 3461 4.1, NOTIFY=SUCCESS) whose mailboxes have their mail: one report for all of one run.
 * A report that the spool does not take waits in the queue of deliveries that are tried again. None is ever a reason to deliver
 * once more, or to count a delivery as failed. Safe for use by several threads.
 */
final class SuccessReports {
    /** Marks a report in the queue of deliveries that are tried again. */
    private static final Attribute REPORT = new Attribute(AttributeName.of("postlane-local-report"), AttributeValue.of(true));
    /** RFC 3463 3.2: for positive delivery reports. */
    private static final String STATUS = "2.1.5";

    private static final Logger LOGGER = LoggerFactory.getLogger(SuccessReports.class);

    private final MailetContext context;
    private final Lane retries;
    private final HeloNameProvider server;
    private final Clock clock;

    SuccessReports(MailetContext context, Lane retries, DomainList domains, Clock clock) {
        this.context = context;
        this.retries = retries;
        this.server = new HeloNameProvider(null, domains);
        this.clock = clock;
    }

    /** Tells the sender of those among the recipients of whom it wants to hear. Throws nothing: the mailboxes have the mail. */
    void send(Mail mail, LocalMail local, Collection<MailAddress> delivered) {
        if (mail.getMaybeSender().isNullSender()) {
            return;
        }
        try {
            SenderWishes wishes = SenderWishes.of(mail);
            List<MailAddress> about = delivered.stream().filter(recipient -> wishes.wants(Action.DELIVERED, recipient))
                .collect(Collectors.toList());
            int number = 0;
            for (List<MailAddress> some : Lists.partition(about, ReportLimits.RECIPIENTS)) {
                number++;
                String name = ReportMail.name(mail.getName(), "-delivered" + (number == 1 ? "" : "-" + number));
                send(ReportMail.of(name, report(mail, wishes, some), local.copy(), clock.instant()));
            }
        } catch (MessagingException | IOException | RuntimeException e) {
            LOGGER.warn("Mail {} is delivered, and its sender {} is not told so", mail.getName(),
                mail.getMaybeSender().asPrettyString(), e);
        }
    }

    private Notification report(Mail mail, SenderWishes wishes, List<MailAddress> recipients) {
        Instant now = clock.instant();
        List<RecipientStatus> statuses = recipients.stream()
            .map(recipient -> RecipientStatus.of(recipient.asString(), Action.DELIVERED, STATUS, "The mailbox has the message.")
                .original(wishes.originalOf(recipient)).lastAttempt(now).build())
            .collect(Collectors.toList());
        return new Notification(server.getHeloName(), context.getPostmaster(), mail.getMaybeSender().get(), wishes,
            ReportMail.arrivalOf(mail, now), statuses);
    }

    private void send(MailImpl report) throws MessagingException {
        try {
            context.sendMail(report);
        } catch (MessagingException | RuntimeException e) {
            LOGGER.warn("The spool does not take {}, which waits in a queue", report.getName(), e);
            report.setAttribute(REPORT);
            retries.putOff(report, 1);
        } finally {
            LifecycleUtil.dispose(report);
        }
    }

    /**
     * Sends a report that has waited in the queue.
     *
     * @return false where this mail is none
     * @throws MessagingException where the spool does not take it; it is marked as it was
     */
    boolean sendAgain(Mail mail) throws MessagingException {
        if (mail.getAttribute(REPORT.getName()).isEmpty()) {
            return false;
        }
        mail.removeAttribute(REPORT.getName());
        mail.setErrorMessage(null);
        boolean taken = false;
        try {
            context.sendMail(mail, Mail.DEFAULT);
            taken = true;
        } finally {
            if (!taken) {
                mail.setAttribute(REPORT);
            }
        }
        return true;
    }
}
