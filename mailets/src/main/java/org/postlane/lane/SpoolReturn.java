// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import javax.mail.MessagingException;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.mailet.AttributeName;
import org.apache.mailet.Mail;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a mail back into the spool, to run through its present processor again after a while. An exception that escapes to
 * the spooler would do that at once, five times, and with all the recipients that the mail had, and then keep the mail in the
 * error repository, of which no sender hears.
 *
 * <p>That goes on for {@link #LONGEST}: what a mail waits for here is this server's own, and comes back. Then the mail goes to
 * the error processor, which tells its sender. A queue that ignores delays would turn the mail as fast as it can: after
 * {@link #MAX_FAST} times that were too fast the spooler decides.
 *
 * <p>{@code MailetContext.sendMail} is no way to do it: it marks the mail as sent by this server itself, and that mark opens
 * relaying. Safe for use by several threads.
 */
public final class SpoolReturn {
    /** Counts the returns of a mail whose recipients could not be classified. */
    public static final AttributeName CLASSIFICATION_RETURNS = AttributeName.of("postlane-classification-returns");
    /** Counts the returns of a mail that could not be handed over. */
    public static final AttributeName HAND_OVER_RETURNS = AttributeName.of("postlane-hand-over-returns");
    /** Counts the returns of a mail whose recipients could not be rewritten. */
    public static final AttributeName REWRITE_RETURNS = AttributeName.of("postlane-rewrite-returns");
    /** Counts the returns of a mail whose recipients' Sieve scripts could not be read. */
    public static final AttributeName SIEVE_RETURNS = AttributeName.of("postlane-sieve-returns");
    /** What RFC 5321 4.5.4.1 asks for at least, before a sender is told that a mail could not be delivered. */
    static final Duration LONGEST = Duration.ofDays(5);
    /** So many times more than it was slow, it may be back in less than half of the delay that was asked for. */
    static final int MAX_FAST = 12;

    private static final Logger LOGGER = LoggerFactory.getLogger(SpoolReturn.class);

    private final MailQueueFactory<?> queues;
    private final AttributeName counter;
    private final Clock clock;
    private Optional<MailQueue> spool = Optional.empty();

    /** Counts in the given attribute of the mail. */
    public SpoolReturn(MailQueueFactory<?> queues, AttributeName counter) {
        this(queues, counter, Clock.systemUTC());
    }

    SpoolReturn(MailQueueFactory<?> queues, AttributeName counter, Clock clock) {
        this.queues = queues;
        this.counter = counter;
        this.clock = clock;
    }

    /**
     * Puts the mail back as it is and makes it a ghost here; or gives it to the error processor, with the recipients that it has.
     *
     * @throws MessagingException the failure itself, where the mail came back too fast too often, or the spool does not take it
     */
    public void giveBack(Mail mail, MessagingException failure) throws MessagingException {
        if (!putBack(mail, failure, LONGEST)) {
            giveUp(mail, failure);
        }
    }

    /**
     * As {@link #giveBack}, but leaves it to the caller what becomes of a mail that has been coming back for longer than this.
     *
     * @return whether it is back in the spool, and a ghost here; if not, it is as it was
     */
    public boolean putBack(Mail mail, MessagingException failure, Duration longest) throws MessagingException {
        Instant now = clock.instant();
        int returns = Bookkeeping.count(mail, counter) + 1;
        int before = Bookkeeping.count(mail, fast(counter));
        int fast = isFast(mail, returns - 1, now) ? before + 1 : Math.max(0, before - 1);
        if (fast >= MAX_FAST) {
            throw failure;
        }
        if (goingFor(mail, now).compareTo(longest) > 0) {
            return false;
        }
        Bookkeeping.setCount(mail, counter, returns);
        Bookkeeping.setCount(mail, fast(counter), fast);
        Bookkeeping.setTime(mail, last(counter), now);
        try {
            spool().enQueue(mail, BackOff.after(returns));
        } catch (MessagingException | RuntimeException e) {
            failure.addSuppressed(e);
            throw failure;
        }
        LOGGER.warn("Mail {} is back in the spool for {}", mail.getName(), BackOff.after(returns), failure);
        mail.setState(Mail.GHOST);
        return true;
    }

    private boolean isFast(Mail mail, int returns, Instant now) {
        return Bookkeeping.time(mail, last(counter))
            .filter(last -> now.isBefore(last.plus(BackOff.after(returns).dividedBy(2))))
            .isPresent();
    }

    private Duration goingFor(Mail mail, Instant now) {
        Instant first = Bookkeeping.time(mail, since(counter)).orElseGet(() -> {
            Bookkeeping.setTime(mail, since(counter), now);
            return now;
        });
        return Duration.between(first, now);
    }

    /** The attribute that says when the first of those returns was, in milliseconds since 1970. */
    private static AttributeName since(AttributeName counter) {
        return AttributeName.of(counter.asString() + "-since");
    }

    /** The attribute that says when the last of them was, in milliseconds since 1970. */
    private static AttributeName last(AttributeName counter) {
        return AttributeName.of(counter.asString() + "-last");
    }

    /** The attribute that counts those that were too fast. */
    private static AttributeName fast(AttributeName counter) {
        return AttributeName.of(counter.asString() + "-fast");
    }

    /** All attributes that count returns, which are about the whole mail and not about a part of it. */
    static Stream<AttributeName> attributes() {
        return Stream.of(HAND_OVER_RETURNS, CLASSIFICATION_RETURNS, REWRITE_RETURNS, SIEVE_RETURNS)
            .flatMap(counter -> Stream.of(counter, since(counter), last(counter), fast(counter)));
    }

    private void giveUp(Mail mail, MessagingException failure) {
        LOGGER.error("Mail {} has come back to the spool for {} and goes to the error processor", mail.getName(), LONGEST,
            failure);
        forget(mail);
        // In words for the sender: those of the failure are for the log.
        mail.setErrorMessage("451 4.4.7 The mail server could not process the mail for " + LONGEST.toDays() + " days");
        mail.setState(Mail.ERROR);
    }

    /** Forgets the returns of a mail that went through. */
    public void forget(Mail mail) {
        mail.removeAttribute(counter);
        mail.removeAttribute(since(counter));
        mail.removeAttribute(last(counter));
        mail.removeAttribute(fast(counter));
    }

    private synchronized MailQueue spool() {
        if (spool.isEmpty()) {
            spool = Optional.of(queues.createQueue(MailQueueFactory.SPOOL));
        }
        return spool.get();
    }

    /** Lets go of the spool, which counts who uses it; for the end of the mailet. */
    public synchronized void close() {
        spool.ifPresent(queue -> {
            try {
                queue.close();
            } catch (IOException e) {
                LOGGER.warn("The spool could not be closed", e);
            }
        });
        spool = Optional.empty();
    }
}
