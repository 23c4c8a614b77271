// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.inject.Provider;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.mailetcontainer.api.MailProcessor;
import org.apache.james.metrics.api.TimeMetric;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueue.MailQueueItem.CompletionStatus;
import org.apache.mailet.Mail;
import org.apache.mailet.PerRecipientHeaders;
import org.postlane.outbound.mail.LostItem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one mail through the lane's processor and settles its queue item. A mail whose run throws comes back after a while, and
 * when {@link FailedRuns} says that it is over it goes to the error processor; where that fails too it stays in the queue. No
 * mail leaves the queue before a processor has taken it or a later copy of it is in the queue.
 *
 * <p>Safe for use by several threads.
 */
final class LaneRunner {
    private static final Logger LOGGER = LoggerFactory.getLogger(LaneRunner.class);

    private final LaneSettings settings;
    private final MailQueue queue;
    private final Provider<MailProcessor> processor;
    private final Clock clock;
    private final LaneMetrics metrics;

    LaneRunner(LaneSettings settings, MailQueue queue, Provider<MailProcessor> processor, Clock clock, LaneMetrics metrics) {
        this.settings = settings;
        this.queue = queue;
        this.processor = processor;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** How long the mail has yet to wait; zero if it is due. */
    Duration notDueFor(Mail mail) {
        return Bookkeeping.notDueFor(mail, clock);
    }

    String nameOf(MailQueueItem item) {
        return item.getMail().getName();
    }

    void run(MailQueueItem item) {
        Mail mail = item.getMail();
        try {
            Duration early = notDueFor(mail);
            if (LostItem.is(item)) {
                giveBack(item);
            } else if (early.isZero()) {
                process(item, mail);
            } else {
                putBack(item, mail, early);
            }
        } finally {
            LifecycleUtil.dispose(mail);
        }
    }

    private void process(MailQueueItem item, Mail mail) {
        List<MailAddress> recipients = List.copyOf(mail.getRecipients());
        String state = mail.getState();
        FailedRuns before = FailedRuns.takenOff(mail);
        mail.removeAttribute(Bookkeeping.NOT_BEFORE);
        withoutRepeatedHeaders(mail);
        TimeMetric time = metrics.startTimer();
        try {
            processor.get().service(mail);
        } catch (Throwable e) {
            // A mailet may throw anything. The mail outlives even an error of the virtual machine.
            metrics.failed();
            mail.setRecipients(recipients);
            mail.setState(state);
            afterFailure(item, mail, before.andOneBy(e, clock.instant()), e);
            return;
        } finally {
            time.stopAndPublish();
        }
        metrics.processed();
        settle(item, CompletionStatus.SUCCESS);
    }

    /** James' memory queue doubles the headers of each recipient whenever it takes a mail. */
    private static void withoutRepeatedHeaders(Mail mail) {
        PerRecipientHeaders headers = mail.getPerRecipientSpecificHeaders();
        for (MailAddress recipient : List.copyOf(headers.getRecipientsWithSpecificHeaders())) {
            Collection<PerRecipientHeaders.Header> ofRecipient = headers.getHeadersForRecipient(recipient);
            Set<PerRecipientHeaders.Header> distinct = new LinkedHashSet<>(ofRecipient);
            ofRecipient.clear();
            ofRecipient.addAll(distinct);
        }
    }

    private void afterFailure(MailQueueItem item, Mail mail, FailedRuns runs, Throwable failure) {
        LOGGER.error("{}: processor {} has failed {} times on mail {}", settings.laneName(), mail.getState(), runs.count(),
            mail.getName(), failure);
        // Of a mail that others have, they tell.
        if (runs.isOver(failure, clock.instant()) && !LostItem.is(item) && sendToErrorProcessor(mail)) {
            settle(item, CompletionStatus.SUCCESS);
            return;
        }
        Duration wait = BackOff.after(runs.count());
        runs.noteOn(mail);
        Bookkeeping.setNotBefore(mail, clock.instant().plus(wait));
        putBack(item, mail, wait);
    }

    private boolean sendToErrorProcessor(Mail mail) {
        List<MailAddress> recipients = List.copyOf(mail.getRecipients());
        String state = mail.getState();
        mail.setState(Mail.ERROR);
        // In words for the sender: those of the failure are for the log.
        mail.setErrorMessage("451 4.3.0 The mail server could not process the mail, not at a later attempt either");
        try {
            processor.get().service(mail);
            return true;
        } catch (Throwable e) {
            LOGGER.error("{}: the error processor has failed on mail {}, which stays in the queue", settings.laneName(),
                mail.getName(), e);
            mail.setRecipients(recipients);
            mail.setState(state);
            return false;
        }
    }

    private void putBack(MailQueueItem item, Mail mail, Duration wait) {
        if (LostItem.is(item)) {
            // Who has it now does the same.
            giveBack(item);
            return;
        }
        try {
            if (mail.getMessage() == null) {
                throw new MessagingException("A processor has disposed of the message");
            }
            queue.enQueue(mail, wait);
        } catch (Throwable e) {
            LOGGER.error("{}: mail {} cannot be put back with a delay and stays as it was", settings.laneName(),
                mail.getName(), e);
            giveBack(item);
            return;
        }
        settle(item, CompletionStatus.SUCCESS);
    }

    /** Leaves the item to the queue as the queue has it; where others have it, lets go of it. */
    void giveBack(MailQueueItem item) {
        settle(item, CompletionStatus.RETRY);
    }

    private void settle(MailQueueItem item, CompletionStatus status) {
        try {
            item.done(status);
        } catch (MailQueueException | RuntimeException e) {
            LOGGER.error("{}: the queue has not taken {} for mail {} and may bring it again", settings.laneName(), status,
                nameOf(item), e);
        }
    }
}
