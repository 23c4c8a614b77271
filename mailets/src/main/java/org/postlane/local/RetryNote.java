// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

import org.apache.james.core.MailAddress;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.PerRecipientHeaders.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a mail in the queue of deliveries that are tried again carries, beside what the mail itself did: the name by which its
 * attempts are known, how often it was there, how often of these nobody knew whether its mailboxes have it, and the settings of
 * the element that it came from. Immutable.
 */
final class RetryNote {
    static final AttributeName NAME = AttributeName.of("postlane-local-retry");

    /** The length that James itself keeps names to. */
    private static final int MAX_NAME = 77;
    private static final String ORIGIN = "origin";
    private static final String TIMES = "times";
    private static final String DOUBTS = "doubts";
    private static final String ON_FAILURE = "onMailetException";
    private static final String RETRIES = "retries";
    private static final String SUCCESS_REPORTS = "successReports";

    private static final Logger LOGGER = LoggerFactory.getLogger(RetryNote.class);

    private final String origin;
    private final int times;
    private final int doubts;
    private final LocalDeliverySettings settings;

    /** That of a mail that comes for the first time. */
    RetryNote(String origin, LocalDeliverySettings settings) {
        this(origin, 0, 0, settings);
    }

    private RetryNote(String origin, int times, int doubts, LocalDeliverySettings settings) {
        this.origin = origin;
        this.times = times;
        this.doubts = doubts;
        this.settings = settings;
    }

    /** What the mail carries; for a mail that carries nothing, what is true of a mail that comes for the first time. */
    static RetryNote of(Mail mail) {
        Map<?, ?> values = mail.getAttribute(NAME).map(attribute -> attribute.getValue().value())
            .filter(Map.class::isInstance).map(value -> (Map<?, ?>) value).orElse(Map.of());
        int times = value(values, TIMES, Integer.class).orElse(0);
        return new RetryNote(
            value(values, ORIGIN, String.class).orElse(mail.getName()),
            times,
            // An earlier version told the two from each other no more than this.
            value(values, DOUBTS, Integer.class).orElse(times),
            new LocalDeliverySettings(true, value(values, ON_FAILURE, String.class).orElse(Mail.ERROR),
                value(values, RETRIES, Integer.class).orElse(LocalDeliverySettings.DEFAULT_RETRIES),
                value(values, SUCCESS_REPORTS, Boolean.class).orElse(true)));
    }

    private static <T> Optional<T> value(Map<?, ?> values, String key, Class<T> type) {
        Object value = values.get(key);
        return value instanceof AttributeValue ? ((AttributeValue<?>) value).valueAs(type) : Optional.empty();
    }

    String origin() {
        return origin;
    }

    /** How often the mail has been in the queue. */
    int times() {
        return times;
    }

    LocalDeliverySettings settings() {
        return settings;
    }

    /** After how many runs nobody knew whether the mailboxes have the mail, or writing had failed for a reason that may pass. */
    int doubts() {
        return doubts;
    }

    /** For recipients whose mailbox has not got the mail in the last run, which is known. */
    RetryNote onceMore() {
        return new RetryNote(origin, times + 1, doubts, settings);
    }

    /** For recipients of whose mailbox nobody knows what the last run has done. */
    RetryNote onceMoreInDoubt() {
        return new RetryNote(origin, times + 1, doubts + 1, settings);
    }

    /** For a mail that comes into the queue, or stays there, without having had its time. */
    RetryNote again() {
        return times == 0 ? new RetryNote(origin, 1, doubts, settings) : this;
    }

    private Attribute asAttribute() {
        Map<String, AttributeValue<?>> values = new HashMap<>();
        values.put(ORIGIN, AttributeValue.of(origin));
        values.put(TIMES, AttributeValue.of(times));
        values.put(DOUBTS, AttributeValue.of(doubts));
        values.put(ON_FAILURE, AttributeValue.of(settings.onFailure()));
        values.put(RETRIES, AttributeValue.of(settings.retries()));
        values.put(SUCCESS_REPORTS, AttributeValue.of(settings.successReports()));
        return new Attribute(NAME, AttributeValue.of(values));
    }

    /**
     * The name of one put-off. A mail that is run again because of other recipients is put off once more, and two of one name
     * would meet in a repository.
     */
    private String newName() {
        // James takes more than seven "!" in a name for a loop.
        String name = origin.replace('!', '.') + "-retry" + times + "-"
            + Integer.toHexString(ThreadLocalRandom.current().nextInt());
        return name.substring(Math.max(0, name.length() - MAX_NAME));
    }

    /**
     * A copy of the mail for these recipients alone, with this note, the attributes and the headers of the recipients. The caller
     * disposes it.
     */
    MailImpl mail(Mail mail, MimeMessage message, List<MailAddress> recipients) throws MessagingException {
        MailImpl.Builder copy = MailImpl.builder()
            .name(newName())
            .sender(mail.getMaybeSender())
            .addRecipients(recipients)
            .remoteHost(mail.getRemoteHost())
            .remoteAddr(mail.getRemoteAddr())
            .lastUpdated(mail.getLastUpdated())
            .errorMessage(mail.getErrorMessage())
            .state(Mail.DEFAULT)
            .mimeMessage(message);
        mail.attributes()
            .filter(attribute -> !attribute.getName().equals(NAME) && !attribute.getName().equals(LocalDeliveries.DELIVERED))
            .forEach(attribute -> inherit(attribute, copy, mail));
        copy.addAttribute(asAttribute());
        for (MailAddress recipient : recipients) {
            for (Header header : mail.getPerRecipientSpecificHeaders().getHeadersForRecipient(recipient)) {
                copy.addHeaderForRecipient(header, recipient);
            }
        }
        return copy.build();
    }

    private static void inherit(Attribute attribute, MailImpl.Builder copy, Mail mail) {
        try {
            copy.addAttribute(attribute.duplicate());
        } catch (IllegalStateException e) {
            LOGGER.warn("Attribute {} of mail {} cannot be kept in a queue and is left out", attribute.getName().asString(),
                mail.getName(), e);
        }
    }
}
