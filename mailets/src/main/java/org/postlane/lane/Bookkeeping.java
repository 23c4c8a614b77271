// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;

/**
 * The attributes in which a mail carries what lanes need to know about it. All of them survive any queue; none of them
 * passes on to a part. Stateless.
 */
final class Bookkeeping {
    /** Which recipients were handed over already, and of which mail that is true. */
    static final AttributeName HANDED_OVER = AttributeName.of("postlane-handed-over");
    /** How often the lane's processor has failed on the mail. */
    static final AttributeName FAILURES = AttributeName.of("postlane-lane-failures");
    /** How many of these ended in an error of the virtual machine. */
    static final AttributeName ERRORS = AttributeName.of("postlane-lane-errors");
    /** When the first of these failures was, in milliseconds since 1970. */
    static final AttributeName FAILING_SINCE = AttributeName.of("postlane-lane-failing-since");
    /** Not before this time (milliseconds since 1970) is it tried again. */
    static final AttributeName NOT_BEFORE = AttributeName.of("postlane-lane-not-before");
    /** How many lanes the mail has been through. */
    static final AttributeName PASSES = AttributeName.of("postlane-lane-passes");

    /** Clocks of two nodes may differ by this much before a mail waits for it. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(1);

    private Bookkeeping() {
    }

    /** The recipients of this very mail that a lane has got. */
    static Set<String> handedOver(Mail mail) {
        return SettledRecipients.of(mail, HANDED_OVER);
    }

    static void rememberHandedOver(Mail mail, Collection<MailAddress> recipients) {
        SettledRecipients.add(mail, HANDED_OVER, recipients);
    }

    static String key(MailAddress recipient) {
        return SettledRecipients.key(recipient);
    }

    static int count(Mail mail, AttributeName name) {
        return mail.getAttribute(name).flatMap(attribute -> attribute.getValue().valueAs(Integer.class)).orElse(0);
    }

    static void setCount(Mail mail, AttributeName name, int count) {
        mail.setAttribute(new Attribute(name, AttributeValue.of(count)));
    }

    static Optional<Instant> notBefore(Mail mail) {
        return time(mail, NOT_BEFORE);
    }

    /** How long the mail has yet to wait; zero if it is due. */
    static Duration notDueFor(Mail mail, Clock clock) {
        return notBefore(mail)
            .map(time -> Duration.between(clock.instant(), time))
            .filter(early -> early.compareTo(CLOCK_TOLERANCE) > 0)
            .orElse(Duration.ZERO);
    }

    static void setNotBefore(Mail mail, Instant time) {
        setTime(mail, NOT_BEFORE, time);
    }

    static Optional<Instant> time(Mail mail, AttributeName name) {
        return mail.getAttribute(name)
            .flatMap(attribute -> attribute.getValue().valueAs(Long.class))
            .map(Instant::ofEpochMilli);
    }

    static void setTime(Mail mail, AttributeName name, Instant time) {
        mail.setAttribute(new Attribute(name, AttributeValue.of(time.toEpochMilli())));
    }
}
