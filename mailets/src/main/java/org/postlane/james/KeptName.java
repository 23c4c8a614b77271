// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import java.util.regex.Pattern;

import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;

/**
 * The name under which a mail lies in one of James' mail repositories, which have one mail of each name. James' reprocessing
 * gives a mail to the spool and then removes what lies under its name: by that time this may be the copy of the same mail that
 * has failed once more, and there is no other. So a mail that is processed again is kept under another name than the one that it
 * is removed by: its first, and how often it was taken out. Whoever keeps it twice has one copy, for that name is the same each
 * time. Stateless.
 */
public final class KeptName {
    /** How often a mail was taken out of a repository: James counts it on the mail before the spool has it. */
    private static final AttributeName REPROCESSED = AttributeName.of("mailRepository-reprocessing");
    private static final String AGAIN = "-again-";
    private static final Pattern ADDED = Pattern.compile(AGAIN + "\\d+(?![0-9A-Za-z])");

    private KeptName() {
    }

    /** The name to keep it under; its own, unless it was taken out of a repository before. */
    public static String of(Mail mail) {
        int times = AttributeUtils.getValueAndCastFromMail(mail, REPROCESSED, Integer.class).orElse(0);
        return times == 0 ? mail.getName() : original(mail.getName()) + AGAIN + times;
    }

    /** What a mail was called before it was ever kept under another name, whatever else its name has taken on since. */
    public static String original(String name) {
        return ADDED.matcher(name).replaceAll("");
    }

    /** Lets another mail of this one's name that is made out of it count as well. */
    public static void inherit(Mail mail, Mail heir) {
        AttributeUtils.getValueAndCastFromMail(mail, REPROCESSED, Integer.class)
            .ifPresent(times -> heir.setAttribute(new Attribute(REPROCESSED, AttributeValue.of(times))));
    }
}
