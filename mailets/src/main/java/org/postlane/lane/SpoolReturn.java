// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.io.IOException;
import java.util.Optional;
import javax.mail.MessagingException;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.mailet.AttributeName;
import org.apache.mailet.Mail;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a mail back into the spool, to run through its present processor again after a while. An exception that escapes to
 * the spooler would do that at once, five times, and with all the recipients that the mail had.
 *
 * <p>{@code MailetContext.sendMail} is no way to do it: it marks the mail as sent by this server itself, and that mark opens
 * relaying. Safe for use by several threads.
 */
public final class SpoolReturn {
    /** Counts the returns of a mail whose recipients could not be classified. */
    public static final AttributeName CLASSIFICATION_RETURNS = AttributeName.of("postlane-classification-returns");
    /** Counts the returns of a mail that could not be handed over. */
    public static final AttributeName HAND_OVER_RETURNS = AttributeName.of("postlane-hand-over-returns");
    /** About three quarters of an hour; on a queue that ignores delays, a bound on how often it turns. */
    static final int MAX_RETURNS = 12;

    private static final Logger LOGGER = LoggerFactory.getLogger(SpoolReturn.class);

    private final MailQueueFactory<?> queues;
    private final AttributeName counter;
    private Optional<MailQueue> spool = Optional.empty();

    /** Counts in the given attribute of the mail. */
    public SpoolReturn(MailQueueFactory<?> queues, AttributeName counter) {
        this.queues = queues;
        this.counter = counter;
    }

    /**
     * Puts the mail back as it is and makes it a ghost here.
     *
     * @throws MessagingException the failure itself, where the mail came back too often or the spool does not take it
     */
    public void giveBack(Mail mail, MessagingException failure) throws MessagingException {
        int returns = Bookkeeping.count(mail, counter) + 1;
        if (returns > MAX_RETURNS) {
            throw failure;
        }
        Bookkeeping.setCount(mail, counter, returns);
        try {
            spool().enQueue(mail, BackOff.after(returns));
        } catch (MessagingException | RuntimeException e) {
            failure.addSuppressed(e);
            throw failure;
        }
        LOGGER.warn("Mail {} is back in the spool for {}", mail.getName(), BackOff.after(returns), failure);
        mail.setState(Mail.GHOST);
    }

    /** Forgets the returns of a mail that went through. */
    public void forget(Mail mail) {
        mail.removeAttribute(counter);
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
