// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.queue.api.MailPrioritySupport;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.PerRecipientHeaders.Header;
import org.postlane.james.KeptName;
import org.postlane.outbound.mail.DestinationsAtOnce;
import org.postlane.recipient.RecipientType;
import org.postlane.recipient.RecipientTypes;
import org.postlane.report.SenderWishes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the part of a mail that one lane gets. Stateless. */
final class Part {
    /** A mail that has been through so many lanes runs in a circle. RFC 5321 6.3 asks for a large number, at least 100 hops. */
    static final int MAX_PASSES = 100;
    /** The length that James itself keeps names to. */
    static final int MAX_NAME = 77;

    private static final Logger LOGGER = LoggerFactory.getLogger(Part.class);
    private static final Set<AttributeName> NOT_INHERITED = Stream.concat(SpoolReturn.attributes(),
        Stream.of(Bookkeeping.HANDED_OVER, Bookkeeping.FAILURES, Bookkeeping.ERRORS, Bookkeeping.FAILING_SINCE,
            Bookkeeping.NOT_BEFORE, DestinationsAtOnce.NAME))
        .collect(Collectors.toUnmodifiableSet());

    private Part() {
    }

    /**
     * A copy for these recipients alone, with their own headers and types, and in the state of the lane's processor. The
     * caller disposes it.
     */
    static MailImpl of(Mail mail, List<MailAddress> recipients, LaneSettings lane) throws MessagingException {
        int passes = Bookkeeping.count(mail, Bookkeeping.PASSES) + 1;
        if (passes > MAX_PASSES) {
            throw new MessagingException("Mail " + mail.getName() + " has been through " + MAX_PASSES
                + " lanes: the processors send it in a circle");
        }
        MailImpl.Builder part = MailImpl.builder()
            .name(name(mail.getName(), lane.type()))
            .sender(mail.getMaybeSender())
            .addRecipients(recipients)
            .remoteHost(mail.getRemoteHost())
            .remoteAddr(mail.getRemoteAddr())
            .lastUpdated(mail.getLastUpdated())
            .errorMessage(mail.getErrorMessage())
            .state(lane.processor())
            .mimeMessage(mail.getMessage());
        mail.attributes().filter(attribute -> !NOT_INHERITED.contains(attribute.getName()))
            .forEach(attribute -> inherit(attribute, part, mail));
        part.addAttribute(new Attribute(Bookkeeping.PASSES, AttributeValue.of(passes)));
        part.addAttribute(new Attribute(MailPrioritySupport.MAIL_PRIORITY, AttributeValue.of(lane.priority())));
        lane.destinationsAtOnce().ifPresent(number -> part.addAttribute(DestinationsAtOnce.of(number)));
        for (MailAddress recipient : new LinkedHashSet<>(recipients)) {
            for (Header header : mail.getPerRecipientSpecificHeaders().getHeadersForRecipient(recipient)) {
                part.addHeaderForRecipient(header, recipient);
            }
        }
        MailImpl built = part.build();
        // The wishes of other lanes' recipients would meet those that RecipientRewriteTable passes on to the same address, and it
        // fails on two of them.
        SenderWishes.copy(mail, built, recipients);
        Map<MailAddress, RecipientType> types = new HashMap<>();
        recipients.forEach(recipient -> types.put(recipient, lane.type()));
        RecipientTypes.set(built, types);
        return built;
    }

    private static void inherit(Attribute attribute, MailImpl.Builder part, Mail mail) {
        try {
            part.addAttribute(attribute.duplicate());
        } catch (IllegalStateException e) {
            LOGGER.warn("Attribute {} of mail {} cannot be kept in a queue and is left out", attribute.getName().asString(),
                mail.getName(), e);
        }
    }

    /**
     * A name of its own, so that two parts never meet under one key in a mail repository. James takes more than seven "!" for
     * a loop, since it adds one with each copy; {@link #MAX_PASSES} takes over that watch.
     */
    static String name(String mailName, RecipientType type) {
        String name = KeptName.original(mailName).replace('!', '.') + "-" + type.asString();
        if (name.length() <= MAX_NAME) {
            return name;
        }
        // What is cut off may be all by which it differs from another.
        String whole = UUID.nameUUIDFromBytes(name.getBytes(UTF_8)) + "-";
        return whole + name.substring(name.length() - MAX_NAME + whole.length());
    }
}
