// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

import org.apache.james.core.MaybeSender;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.apache.james.server.core.MimeMessageInputStreamSource;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mail that brings a {@link Notification} to the sender, with a null sender of its own (RFC 3461 6.1). Stateless. */
public final class ReportMail {
    /** The length that James itself keeps names to. */
    private static final int MAX_NAME = 77;

    private static final Logger LOGGER = LoggerFactory.getLogger(ReportMail.class);

    private ReportMail() {
    }

    /**
     * Makes the mail. The caller disposes it; {@link #send} does.
     *
     * @param original the mail that the report is about; left out where it cannot be read
     */
    public static MailImpl of(String name, Notification notification, Mail original, Instant now)
            throws MessagingException, IOException {
        return of(name, notification, messageOf(original), now);
    }

    /** The same, about a message that may be null. */
    public static MailImpl of(String name, Notification notification, MimeMessage original, Instant now)
            throws MessagingException, IOException {
        byte[] octets = notification.about(original, now);
        MimeMessageWrapper message =
            new MimeMessageWrapper(MimeMessageInputStreamSource.create(name, new ByteArrayInputStream(octets)));
        MailImpl report = MailImpl.builder().name(name).sender(MaybeSender.nullSender()).addRecipient(notification.sender())
            .build();
        report.setMessageNoCopy(message);
        return report;
    }

    /** Hands it to James' spool, and disposes it whether that takes it or not. */
    public static void send(MailetContext context, MailImpl report) throws MessagingException {
        try {
            context.sendMail(report);
        } finally {
            LifecycleUtil.dispose(report);
        }
    }

    /** A name for a report about a mail of that name. James takes more than seven "!" in a name for a loop. */
    public static String name(String mailName, String suffix) {
        String name = mailName.replace('!', '.') + suffix;
        return name.substring(Math.max(0, name.length() - MAX_NAME));
    }

    /** When a mail came, as far as James knows. */
    public static Instant arrivalOf(Mail mail, Instant otherwise) {
        return Optional.ofNullable(mail.getLastUpdated()).map(Date::toInstant).orElse(otherwise);
    }

    private static MimeMessage messageOf(Mail mail) {
        try {
            return mail.getMessage();
        } catch (MessagingException e) {
            LOGGER.warn("A report about {} goes without the original, which cannot be read", mail.getName(), e);
            return null;
        }
    }
}
