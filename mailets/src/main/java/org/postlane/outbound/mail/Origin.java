// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;

/**
 * The processor from which a mail came into its queue. James' own RemoteDelivery gives a mail that it tried in vain the state
 * {@code error}, and counts the attempts of a mail in any other state from the beginning. So that it counts on where it takes
 * the queue over, a deferred mail has that state here too, and the one that it came with stands in an attribute. Stateless.
 */
public final class Origin {
    static final AttributeName NAME = AttributeName.of("postlane-processor");

    private Origin() {
    }

    /** Marks a mail as tried in vain. Once more changes nothing. */
    public static void markTried(Mail mail) {
        if (!Mail.ERROR.equals(mail.getState())) {
            mail.setAttribute(new Attribute(NAME, AttributeValue.of(mail.getState())));
            mail.setState(Mail.ERROR);
        }
    }

    /** Gives a mail the state that it came with, so that who sends it again sends it there. */
    public static void restore(Mail mail) {
        AttributeUtils.getValueAndCastFromMail(mail, NAME, String.class).ifPresent(mail::setState);
        mail.removeAttribute(NAME);
    }
}
