// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;

/**
 * At how many destinations one mail may be at once, so that one to many destinations leaves turns to other mails. A lane writes
 * it on the mail, and the outgoing queue obeys it; it stays with the mail through all of its retries.
 */
public final class DestinationsAtOnce {
    /** The attribute, a whole number. */
    public static final AttributeName NAME = AttributeName.of("postlane-destinations-at-once");
    /** Where nothing is said: as many as Postfix has deliveries to one destination, so that no mail counts for more than one. */
    public static final int DEFAULT = 20;
    /** Never fewer: a mail that may be nowhere would stay for ever. */
    public static final int LEAST = 1;
    /** Never more: all the places at destinations that the largest hand has by default. */
    public static final int MOST = 1000;

    private DestinationsAtOnce() {
    }

    /**
     * The attribute with this value.
     *
     * @throws IllegalArgumentException when it is not from {@value #LEAST} to {@value #MOST}
     */
    public static Attribute of(int most) {
        if (!isPossible(most)) {
            throw new IllegalArgumentException("Destinations at once are from " + LEAST + " to " + MOST + ", and not " + most);
        }
        return new Attribute(NAME, AttributeValue.of(most));
    }

    /** What is written on the mail, and {@value #DEFAULT} where nothing is, or nothing that makes sense. */
    public static int in(Mail mail) {
        return AttributeUtils.getValueAndCastFromMail(mail, NAME, Integer.class).filter(DestinationsAtOnce::isPossible)
            .orElse(DEFAULT);
    }

    private static boolean isPossible(int most) {
        return most >= LEAST && most <= MOST;
    }
}
