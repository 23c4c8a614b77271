// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.TimeZone;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

import org.apache.james.core.MailAddress;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.message.BasicBodyFactory;
import org.apache.james.mime4j.message.BodyPartBuilder;
import org.apache.james.mime4j.message.DefaultMessageWriter;
import org.apache.james.mime4j.message.MultipartBuilder;
import org.apache.james.mime4j.stream.NameValuePair;
import org.apache.james.mime4j.stream.RawField;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A delivery status notification (RFC 3464) for one sender about some recipients of one mail: words for people, the fields for
 * programs, and the original or its header (RFC 6522). Immutable.
 */
public final class Notification {
    private static final Logger LOGGER = LoggerFactory.getLogger(Notification.class);
    /** RFC 5322 3.6.4, no wider than it has to be: it is copied into a header of ours. */
    private static final Pattern MESSAGE_ID = Pattern.compile("<[!-;=?-~]{1,500}>");

    private final String reportingMta;
    private final MailAddress postmaster;
    private final MailAddress sender;
    private final SenderWishes wishes;
    private final Instant arrival;
    private final List<RecipientStatus> recipients;

    /**
     * A report.
     *
     * @param reportingMta the name of this server, as in EHLO
     * @param postmaster from whom the report comes; not the envelope sender, which is null (RFC 3464 2)
     * @param sender who had sent the mail, and gets the report
     * @param arrival when the mail came
     * @param recipients at least one, and at most {@link ReportLimits#RECIPIENTS}
     */
    public Notification(String reportingMta, MailAddress postmaster, MailAddress sender, SenderWishes wishes, Instant arrival,
                        List<RecipientStatus> recipients) {
        this.reportingMta = reportingMta;
        this.postmaster = postmaster;
        this.sender = sender;
        this.wishes = wishes;
        this.arrival = arrival;
        this.recipients = List.copyOf(recipients);
    }

    /** Who gets it. */
    MailAddress sender() {
        return sender;
    }

    /**
     * The message that tells it.
     *
     * @param original the mail; null, and one that cannot be read, are left out
     * @param now the date of the report
     */
    public byte[] about(MimeMessage original, Instant now) throws IOException {
        MultipartBuilder parts = MultipartBuilder.create("report")
            .addContentTypeParameter(new NameValuePair("report-type", "delivery-status"))
            .addBodyPart(words())
            .addBodyPart(BodyPartBuilder.create()
                .setBody(BasicBodyFactory.INSTANCE.textBody(fields(), US_ASCII))
                .setContentType("message/delivery-status")
                .setContentTransferEncoding("7bit"));
        Optional<ReturnedMessage> returned = returned(original);
        returned.ifPresent(part -> parts.addBodyPart(BodyPartBuilder.create()
            .setBody(BasicBodyFactory.INSTANCE.binaryBody(part.octets()))
            .setContentType(part.type())
            // RFC 2046 5.2.1: no other encoding of a whole message is allowed.
            .setContentTransferEncoding(encodingOf(part))));
        Message.Builder message = Message.Builder.of()
            .addField(new RawField("From", "Mail Delivery System <" + postmaster.asString() + ">"))
            .addField(new RawField("To", inHeader(sender)))
            .setSubject(subject())
            .setDate(Date.from(now), TimeZone.getTimeZone("UTC"))
            .addField(new RawField("Message-ID", "<" + UUID.randomUUID() + "@" + postmaster.getDomain().asString() + ">"))
            .addField(new RawField("Auto-Submitted", "auto-replied"))
            .addField(new RawField("MIME-Version", "1.0"));
        messageIdOf(original).ifPresent(id -> message.addField(new RawField("In-Reply-To", id))
            .addField(new RawField("References", id)));
        message.setBody(parts.build()).setContentTransferEncoding(returned.map(Notification::encodingOf).orElse("7bit"));
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        Message built = message.build();
        try {
            new DefaultMessageWriter().writeMessage(built, octets);
        } finally {
            built.dispose();
        }
        return octets.toByteArray();
    }

    private static String encodingOf(ReturnedMessage part) {
        return part.isEightBit() ? "8bit" : "7bit";
    }

    /** An address that would need RFC 6532 is told in the envelope only. */
    private static String inHeader(MailAddress address) {
        String text = address.asString();
        return text.chars().allMatch(c -> c >= ' ' && c <= '~') ? "<" + text + ">" : "undisclosed-recipients:;";
    }

    private boolean isAnyFailed() {
        return recipients.stream().anyMatch(recipient -> recipient.action() == Action.FAILED);
    }

    /** What is worst for the sender. */
    private String subject() {
        switch (recipients.stream().map(RecipientStatus::action).min(Comparator.naturalOrder()).orElseThrow()) {
            case FAILED:
                return "Undelivered mail";
            case DELAYED:
                return "Delayed mail";
            case RELAYED:
                return "Relayed mail";
            default:
                return "Delivered mail";
        }
    }

    private BodyPartBuilder words() throws IOException {
        return BodyPartBuilder.create().setBody(new ReportWords(reportingMta, recipients).toString(), "plain", UTF_8)
            .setContentTransferEncoding("quoted-printable");
    }

    private String fields() {
        StatusFields fields = new StatusFields();
        wishes.envelopeId().ifPresent(id -> fields.add("Original-Envelope-Id", id));
        fields.add("Reporting-MTA", "dns; " + reportingMta).add("Arrival-Date", arrival);
        for (RecipientStatus recipient : recipients) {
            recipient.writeTo(fields.nextGroup());
        }
        return fields.toString();
    }

    /** RFC 3461 4.3: in full only with a failure, for nobody has to repair a success. */
    private Optional<ReturnedMessage> returned(MimeMessage original) {
        if (original == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(ReturnedMessage.of(original, wishes.wantsHeaderOnly() || !isAnyFailed()));
        } catch (MessagingException | IOException | RuntimeException e) {
            // Who waits for the original to become readable may wait for ever, and the sender would hear nothing.
            LOGGER.warn("A report to {} goes without the original, which cannot be read", sender.asString(), e);
            return Optional.empty();
        }
    }

    /** RFC 3834 3.1.5: so that the report stands beside the mail. */
    private static Optional<String> messageIdOf(MimeMessage original) {
        try {
            return Optional.ofNullable(original == null ? null : original.getMessageID()).map(String::trim)
                .filter(id -> MESSAGE_ID.matcher(id).matches());
        } catch (MessagingException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
