// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.Properties;
import java.util.stream.Collectors;
import javax.mail.Message;
import javax.mail.MessagingException;
import javax.mail.Session;
import javax.mail.internet.AddressException;
import javax.mail.internet.InternetAddress;
import javax.mail.internet.MimeMessage;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.remote.delivery.Bouncer;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports recipients that were not delivered: to the bounce processor with the attributes that stock James' matchers and
 * mailets look at, or, without one, to the sender in plain words. Safe to share.
 */
final class FailureReport {
    private static final Logger LOGGER = LoggerFactory.getLogger(FailureReport.class);

    private final OutboundSettings settings;
    private final MailetContext context;

    FailureReport(OutboundSettings settings, MailetContext context) {
        this.settings = settings;
        this.context = context;
    }

    /**
     * Reports the recipients that the mail now has, who all failed for the same reason.
     *
     * @param permanent whether a server or DNS refused for good, rather than our patience having ended
     * @throws MessagingException when the report could not be handed over; nothing was reported then
     */
    void send(Mail mail, Verdict verdict, boolean permanent) throws MessagingException {
        String explanation = permanent ? verdict.explanation()
            : "Given up after too many attempts; the last one ended with: " + verdict.explanation();
        mail.setAttribute(new Attribute(Bouncer.DELIVERY_ERROR, AttributeValue.of(explanation)));
        mail.setAttribute(new Attribute(Bouncer.IS_DELIVERY_PERMANENT_ERROR, AttributeValue.of(permanent)));
        mail.removeAttribute(Bouncer.DELIVERY_ERROR_CODE);
        verdict.code().ifPresent(code ->
            mail.setAttribute(new Attribute(Bouncer.DELIVERY_ERROR_CODE, AttributeValue.of(code))));
        if (settings.bounceProcessor().isPresent()) {
            // Without a sender too: what the processor does with it, keeping it for instance, is the administrator's choice.
            context.sendMail(mail, settings.bounceProcessor().get());
        } else if (mail.hasSender()) {
            bounce(mail, inPlainWords(mail, verdict, explanation));
        } else {
            LOGGER.warn("{} could not be delivered to {} and has no sender to tell: {}", mail.getName(), mail.getRecipients(),
                explanation);
        }
    }

    private void bounce(Mail mail, String text) throws MessagingException {
        try {
            context.bounce(mail, text);
        } catch (AddressException e) {
            // James makes its bounce as a reply, which a malformed From or Reply-To refuses; the envelope sender is well-formed.
            LOGGER.info("{} cannot be replied to ({}); its sender gets a message of our own", mail.getName(), e.getMessage());
            sendNotice(mail, text);
        }
    }

    private void sendNotice(Mail mail, String text) throws MessagingException {
        MailAddress sender = mail.getMaybeSender().get();
        MimeMessage notice = new MimeMessage(Session.getInstance(new Properties()));
        notice.setFrom(new InternetAddress(context.getPostmaster().asString()));
        notice.setRecipient(Message.RecipientType.TO, new InternetAddress(sender.asString()));
        notice.setSubject("Undelivered mail");
        notice.setText(text);
        notice.saveChanges();
        MailImpl bounce = MailImpl.builder()
            .name("undelivered-" + mail.getName())
            .sender(MaybeSender.nullSender())
            .addRecipient(sender)
            .mimeMessage(notice)
            .build();
        try {
            context.sendMail(bounce);
        } finally {
            LifecycleUtil.dispose(bounce);
        }
    }

    private String inPlainWords(Mail mail, Verdict verdict, String explanation) {
        String recipients = mail.getRecipients().stream().map(MailAddress::asString).collect(Collectors.joining("\r\n    "));
        return "This is the mail server at " + settings.ehloName() + ".\r\n\r\n"
            + "Your message was not delivered to\r\n\r\n    " + recipients + "\r\n\r\n"
            + (verdict.code().isPresent() ? "The mail server " + verdict.host() + " answered:" : "The reason is:")
            + "\r\n\r\n    " + explanation + "\r\n\r\nNo further attempt will be made.\r\n";
    }
}
