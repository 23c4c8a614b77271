// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.mail;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.apache.james.transport.mailets.remote.delivery.Bouncer;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;

/**
 * What a queued mail carries to remember its time in the queue: times as milliseconds since 1970, which every queue can store,
 * and how often it came back.
 */
public final class QueueTimes {
    /** When the mail entered the outgoing queue: what its expiry counts from. */
    public static final AttributeName QUEUED_AT = AttributeName.of("postlane-queued-at");

    /** When it is due again; for the eyes of those who browse the queue, and for queues that cannot hold mail back. */
    public static final AttributeName NEXT_ATTEMPT_AT = AttributeName.of("postlane-next-attempt-at");

    /** When it was told to wait until then: an order that is younger is about it, one that is older is not. */
    static final AttributeName DELAYED_AT = AttributeName.of("postlane-delayed-at");

    /** How often in a row it came back because its turn did not come. */
    public static final AttributeName HANDED_BACK = AttributeName.of("postlane-handed-back");

    /** That its sender was told of the delay. */
    static final AttributeName DELAY_REPORTED = AttributeName.of("postlane-delay-reported");

    private static final List<AttributeName> OF_AN_EARLIER_LIFE = List.of(NEXT_ATTEMPT_AT, DELAYED_AT, HANDED_BACK,
        DELAY_REPORTED, LastOutcomes.NAME, Origin.NAME,
        DeliveryRetriesHelper.DELIVERY_RETRY_COUNT, Bouncer.DELIVERY_ERROR, Bouncer.DELIVERY_ERROR_CODE,
        Bouncer.IS_DELIVERY_PERMANENT_ERROR);

    private QueueTimes() {
    }

    /**
     * Marks a mail as queued now, and forgets what it went through before: it may come from the failure of another queue, or out
     * of the dead letters.
     */
    public static void markQueued(Mail mail, Clock clock) {
        OF_AN_EARLIER_LIFE.forEach(mail::removeAttribute);
        mail.setAttribute(new Attribute(QUEUED_AT, AttributeValue.of(clock.millis())));
    }

    /** Gives a mail that was queued by another mailet, and so has no such mark, one that counts from now. */
    public static void markQueuedIfUnmarked(Mail mail, Clock clock) {
        if (mail.getAttribute(QUEUED_AT).isEmpty()) {
            mail.setAttribute(new Attribute(QUEUED_AT, AttributeValue.of(clock.millis())));
        }
    }

    /** When it was queued: now, for a mail that was queued by another mailet. */
    public static Instant queuedAt(Mail mail, Clock clock) {
        return queuedAtIfMarked(mail).orElseGet(clock::instant);
    }

    /** Empty for a mail that was queued by another mailet. */
    public static Optional<Instant> queuedAtIfMarked(Mail mail) {
        return AttributeUtils.getValueAndCastFromMail(mail, QUEUED_AT, Long.class).map(Instant::ofEpochMilli);
    }

    /** Tells apart the times that one mail was queued anew; the same for all its turns in between, and after a crash. */
    public static String life(Mail mail) {
        return queuedAtIfMarked(mail).map(time -> String.valueOf(time.toEpochMilli())).orElse("-");
    }

    /** How long it has been queued. */
    public static Duration age(Mail mail, Clock clock) {
        return Duration.between(queuedAt(mail, clock), clock.instant());
    }

    /** How long it is until the mail is due; zero when it is. */
    public static Duration early(Mail mail, Clock clock) {
        return dueAt(mail).map(due -> Duration.ofMillis(Math.max(0, due.toEpochMilli() - clock.millis()))).orElse(Duration.ZERO);
    }

    /** When it is, or was, due; empty for a mail that was never delayed. */
    public static Optional<Instant> dueAt(Mail mail) {
        return AttributeUtils.getValueAndCastFromMail(mail, NEXT_ATTEMPT_AT, Long.class).map(Instant::ofEpochMilli);
    }

    /** Makes a mail due after a time. */
    public static void delay(Mail mail, Duration delay, Clock clock) {
        mail.setAttribute(new Attribute(NEXT_ATTEMPT_AT, AttributeValue.of(clock.instant().plus(delay).toEpochMilli())));
        markDelayed(mail, clock);
    }

    /** Says that it goes on waiting from now, until the time that it has. */
    public static void markDelayed(Mail mail, Clock clock) {
        mail.setAttribute(new Attribute(DELAYED_AT, AttributeValue.of(clock.millis())));
    }

    /** Whether it was told to wait before this time. */
    public static boolean isDelayedBefore(Mail mail, Instant time) {
        return AttributeUtils.getValueAndCastFromMail(mail, DELAYED_AT, Long.class)
            .map(since -> since < time.toEpochMilli())
            .orElse(true);
    }

    /** How often in a row it came back because its turn did not come. */
    public static int timesHandedBack(Mail mail) {
        return AttributeUtils.getValueAndCastFromMail(mail, HANDED_BACK, Integer.class).orElse(0);
    }

    /** Says that it came back so often. */
    public static Attribute handedBack(int times) {
        return new Attribute(HANDED_BACK, AttributeValue.of(times));
    }

    /** Whether its sender was told of the delay. */
    public static boolean isDelayReported(Mail mail) {
        return mail.getAttribute(DELAY_REPORTED).isPresent();
    }

    /** Says that its sender was told of the delay. */
    public static Attribute delayReported() {
        return new Attribute(DELAY_REPORTED, AttributeValue.of(true));
    }
}
