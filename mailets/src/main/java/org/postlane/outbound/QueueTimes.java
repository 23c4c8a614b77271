// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;

/** The times that a queued mail carries, as milliseconds since 1970, which every queue can store. */
public final class QueueTimes {
    /** When the mail entered the outgoing queue: what its expiry counts from. */
    public static final AttributeName QUEUED_AT = AttributeName.of("postlane-queued-at");

    /** When it is due again; for the eyes of those who browse the queue, and for queues that cannot hold mail back. */
    public static final AttributeName NEXT_ATTEMPT_AT = AttributeName.of("postlane-next-attempt-at");

    /** How often it came out of the queue since the last attempt without being tried. */
    public static final AttributeName HANDED_BACK = AttributeName.of("postlane-handed-back");

    private QueueTimes() {
    }

    /** Marks a mail as queued now. */
    public static void markQueued(Mail mail, Clock clock) {
        mail.setAttribute(new Attribute(QUEUED_AT, AttributeValue.of(clock.millis())));
        mail.removeAttribute(NEXT_ATTEMPT_AT);
    }

    /** Gives a mail that was queued by another mailet, and so has no such mark, one that counts from now. */
    static void markQueuedIfUnmarked(Mail mail, Clock clock) {
        if (mail.getAttribute(QUEUED_AT).isEmpty()) {
            markQueued(mail, clock);
        }
    }

    static Duration age(Mail mail, Clock clock) {
        return AttributeUtils.getValueAndCastFromMail(mail, QUEUED_AT, Long.class)
            .map(millis -> Duration.between(Instant.ofEpochMilli(millis), clock.instant()))
            .orElse(Duration.ZERO);
    }

    static int timesHandedBack(Mail mail) {
        return AttributeUtils.getValueAndCastFromMail(mail, HANDED_BACK, Integer.class).orElse(0);
    }

    /** How long it is until the mail is due; zero when it is. */
    static Duration early(Mail mail, Clock clock) {
        return AttributeUtils.getValueAndCastFromMail(mail, NEXT_ATTEMPT_AT, Long.class)
            .map(due -> Duration.ofMillis(Math.max(0, due - clock.millis())))
            .orElse(Duration.ZERO);
    }

    static Attribute nextAttempt(Duration delay, Clock clock) {
        return new Attribute(NEXT_ATTEMPT_AT, AttributeValue.of(clock.instant().plus(delay).toEpochMilli()));
    }
}
