// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Mail;
import org.postlane.journal.DeliveryJournal;
import org.postlane.journal.JournalEntry;
import org.postlane.journal.JournalItem;
import org.postlane.journal.Recall;
import org.postlane.outbound.mail.DeliveryIdentity;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.operations.OutcomeLog;
import org.postlane.smtp.EnhancedCode;
import org.postlane.smtp.Fault;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.RecipientResult.Status;
import org.postlane.smtp.Reply;

/**
 * What is written down about one queue item, so that a crash repeats as little of it as possible: final outcomes before the item
 * is settled, and each step of the settlement that was done. Safe for use by several threads.
 */
public final class MailRecord {
    /** A disk that hangs is as bad as one that fails, and must not stop the mail either. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final DeliveryJournal journal;
    private final OutcomeLog log;
    private final Clock clock;
    private final Mail mail;
    private final Instant began;
    private final String delivery;
    private final JournalItem item;
    private final Recall recall;
    private final RecordsUnderWay recordsUnderWay;
    /** Of those, this mail's. */
    private int underWay;
    private boolean over;

    /**
     * The record of a mail.
     *
     * @param queue that it came out of: the same mail in another one is another delivery, such as a second try by other means
     * @param began when this process began to take mail out of the queue
     * @param recordsUnderWay of all mails
     */
    public MailRecord(DeliveryJournal journal, OutcomeLog log, Clock clock, MailQueueName queue, Instant began,
                      RecordsUnderWay recordsUnderWay, Mail mail) {
        this.recordsUnderWay = recordsUnderWay;
        this.began = began;
        this.journal = journal;
        this.log = log;
        this.clock = clock;
        this.mail = mail;
        this.delivery = DeliveryIdentity.of(mail);
        // Another one for each turn of the mail: what was done in the last turn is to be done again in this. And for each time
        // that it was queued anew, by a processor for failed mail or out of the dead letters: it may have the same name then.
        this.item = JournalItem.of(queue.asString() + "/" + delivery, mail.getName() + " " + QueueTimes.life(mail) + " "
            + DeliveryRetriesHelper.retrieveRetries(mail) + "." + QueueTimes.timesHandedBack(mail));
        this.recall = journal.recall(item);
    }

    /** The verdicts on those of the recipients that an earlier run of this item has left behind. */
    public List<Verdict> known(Collection<MailAddress> recipients) {
        if (recall.isEmpty()) {
            return List.of();
        }
        List<Verdict> known = new ArrayList<>();
        for (MailAddress recipient : recipients) {
            JournalEntry entry = recall.outcomes().get(recipient.asString());
            if (entry != null && (entry.outcome() == JournalEntry.Outcome.FAILED
                || (entry.outcome() == JournalEntry.Outcome.DELIVERED && isOfThisMail(entry)))) {
                known.add(verdict(recipient, entry));
            }
        }
        return known;
    }

    /**
     * Whether what was delivered is this mail and no copy of it that somebody has queued since, to be delivered too. Only a spool
     * that runs a mail once more after a crash queues it anew by mistake.
     */
    private boolean isOfThisMail(JournalEntry delivered) {
        return delivered.time().isBefore(began)
            || delivered.time().isAfter(QueueTimes.queuedAtIfMarked(mail).orElse(Instant.MIN));
    }

    private static Verdict verdict(MailAddress recipient, JournalEntry entry) {
        boolean delivered = entry.outcome() == JournalEntry.Outcome.DELIVERED;
        String host = entry.host().isEmpty() ? "-" : entry.host();
        if (entry.code() == 0 && !delivered) {
            return new Verdict(recipient, RecipientResult.failed(Fault.RECIPIENT, entry.text()), host);
        }
        Reply reply = new Reply(entry.code() == 0 ? 250 : entry.code(), List.of(entry.text().split("\n", -1)));
        return new Verdict(recipient, RecipientResult.recorded(Fault.RECIPIENT, reply), host);
    }

    /** Whether an earlier run of this item has put the recipient into another entry of the queue. */
    public boolean isPutBack(MailAddress recipient) {
        JournalEntry entry = recall.outcomes().get(recipient.asString());
        return entry != null && entry.outcome() == JournalEntry.Outcome.DEFERRED;
    }

    /** The steps of the settlement that are done. */
    Set<String> stepsDone() {
        return recall.steps();
    }

    /** Writes down what an attempt came to. What is not final is tried again after a crash, and needs no record. */
    public void record(String destination, List<Verdict> verdicts, Runnable then) {
        verdicts.forEach(verdict -> log.record(mail, verdict, destination, delivery));
        List<JournalEntry> entries = verdicts.stream()
            .filter(verdict -> verdict.status() == Status.DELIVERED || verdict.status() == Status.FAILED)
            .map(this::entry)
            .collect(Collectors.toList());
        if (entries.isEmpty()) {
            then.run();
            return;
        }
        CompletableFuture<Void> recorded = journal.record(item, entries);
        began();
        CompletableFuture<Void> unusedToo = recorded.whenComplete((nothing, failure) -> ended());
        // A journal that cannot be written is reported by itself; the delivery goes on, at the risk of a repetition.
        CompletableFuture<Void> unused = recorded.copy()
            .orTimeout(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS).whenComplete((nothing, failure) -> then.run());
    }

    private synchronized void began() {
        if (!over) {
            underWay++;
            recordsUnderWay.began();
        }
    }

    private synchronized void ended() {
        if (!over) {
            underWay--;
            recordsUnderWay.ended(1);
        }
    }

    /** It is no longer in hand. What is not written then will not be repeated for the lack of it, or is beyond help. */
    public synchronized void close() {
        if (!over) {
            over = true;
            recordsUnderWay.ended(underWay);
        }
    }

    private JournalEntry entry(Verdict verdict) {
        return JournalEntry.of(verdict.recipient().asString(), verdict.status() == Status.DELIVERED
                ? JournalEntry.Outcome.DELIVERED : JournalEntry.Outcome.FAILED, clock.instant())
            .from(verdict.host())
            .reply(verdict.code().orElse(0), verdict.enhancedCode().map(EnhancedCode::toString).orElse(""), verdict.words());
    }

    /** Writes down that a step is done. A crash before this is on the disk repeats the step. */
    void stepDone(Settlement.Step step) {
        CompletableFuture<Void> unused = step.putBack().isEmpty()
            ? journal.recordStep(item, step.name())
            : journal.record(item, step.putBack().stream()
                .map(recipient -> JournalEntry.of(recipient.asString(), JournalEntry.Outcome.DEFERRED, clock.instant()))
                .collect(Collectors.toList()));
    }

    /** The queue has let go of the item. */
    public void done() {
        journal.done(item);
    }
}
