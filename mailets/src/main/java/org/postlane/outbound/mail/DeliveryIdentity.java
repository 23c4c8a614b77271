// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import javax.mail.MessagingException;

import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.postlane.james.KeptName;

/**
 * What stays the same about a mail however often and in however many parts it is attempted: together with a recipient it tells
 * whether that delivery was made. It comes from the name that James gave the mail when it was received, so that a spool that
 * runs the mail again after a crash comes to the same; and from sender and size, so that another message that a mailet made
 * out of it, for the same recipient, is never taken for it.
 */
public final class DeliveryIdentity {
    /** Travels with the mail, since its parts have other names. */
    public static final AttributeName NAME = AttributeName.of("postlane-delivery-id");

    /** Behind this, James writes a random number when it divides a mail. */
    private static final String DIVISION = "-!";

    private DeliveryIdentity() {
    }

    /** Marks a mail that is about to be queued. */
    public static void mark(Mail mail) {
        mail.setAttribute(new Attribute(NAME, AttributeValue.of(fromName(mail))));
    }

    /** The same for all attempts of a mail, on whichever node; no two mails have the same. */
    public static String of(Mail mail) {
        return AttributeUtils.getValueAndCastFromMail(mail, NAME, String.class).orElseGet(() -> fromName(mail));
    }

    private static String fromName(Mail mail) {
        String name = KeptName.original(mail.getName());
        int division = name.indexOf(DIVISION);
        return (division > 0 ? name.substring(0, division) : name) + "/" + size(mail) + "/"
            + Integer.toHexString(mail.getMaybeSender().asString().hashCode());
    }

    private static long size(Mail mail) {
        try {
            return mail.getMessageSize();
        } catch (MessagingException | RuntimeException e) {
            // Without a message there is nothing that could be delivered twice.
            return -1;
        }
    }
}
