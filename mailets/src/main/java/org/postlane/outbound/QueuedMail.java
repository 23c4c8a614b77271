// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.metrics.api.TimeMetric;
import org.apache.james.queue.api.MailQueue;
import org.apache.mailet.Mail;
import org.postlane.outbound.attempt.DestinationAttempt;
import org.postlane.outbound.mail.DestinationsAtOnce;
import org.postlane.outbound.mail.LostItem;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.settlement.MailRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One mail out of the queue, from being taken until it is settled: its recipients sorted into attempts, a few of them with the
 * scheduler at a time, so that one mail to many destinations leaves turns to other mails. When all have ended, and what they
 * came to is recorded, the mail is settled as a whole.
 *
 * <p>Safe for use by several threads.
 */
final class QueuedMail implements DestinationAttempt.Owner {
    /** Characters of an answer that are kept for each recipient of a large mail: what counts for one in the hand. */
    static final int WORDS_OF_EACH = 500;
    private static final Logger LOGGER = LoggerFactory.getLogger(QueuedMail.class);
    private static final String HELD_LONG = "4.4.7 The mail was in hand for long and has to go back into its queue";

    /** What becomes of the mail in the end; exactly one of its methods is called, once. */
    interface Owner {
        /** Every recipient has a verdict. */
        void attempted(QueuedMail mail, List<Verdict> verdicts);

        /** James is stopping, and the queue still has the mail; or the queue has given it to others. */
        void left(QueuedMail mail);
    }

    private final Owner owner;
    private final MailQueue.MailQueueItem item;
    private final Mail mail;
    private final String name;
    private final long size;
    private final long takenAt;
    private final Optional<Instant> queuedAt;
    private final TimeMetric trial;
    /** Opened before it begins. */
    private volatile MailRecord record;
    /** Whether there are so many recipients that what a hostile server says about each would fill the memory. */
    private final boolean isLarge;
    /** Attempts that the scheduler knows at a time. */
    private final int mostAtOnce;
    private final Deque<DestinationAttempt> pending;
    private final Set<DestinationAttempt> offered = new HashSet<>();
    private final List<Verdict> verdicts;
    private int unrecorded;
    private boolean begun;
    private boolean closing;
    private boolean abandoned;
    private boolean over;

    /**
     * A mail in hand.
     *
     * @param takenAt nanoseconds of the queue's clock
     * @param trial measures how long it is in hand
     */
    QueuedMail(Owner owner, MailQueue.MailQueueItem item, long takenAt, TimeMetric trial) {
        this.owner = owner;
        this.item = item;
        this.mail = item.getMail();
        this.name = mail.getName();
        this.size = QueueReader.sizeOf(mail);
        this.isLarge = mail.getRecipients().size() > DestinationAttempt.MOST_RECIPIENTS;
        this.mostAtOnce = DestinationsAtOnce.in(mail);
        this.takenAt = takenAt;
        this.queuedAt = QueueTimes.queuedAtIfMarked(mail);
        this.trial = trial;
        this.verdicts = new ArrayList<>();
        this.pending = new ArrayDeque<>();
    }

    MailQueue.MailQueueItem item() {
        return item;
    }

    Mail mail() {
        return mail;
    }

    /** What it was called when it came. */
    String name() {
        return name;
    }

    void openRecord(MailRecord opened) {
        record = opened;
    }

    MailRecord record() {
        return record;
    }

    /** Whether the queue has given it to others, who deliver it. */
    @Override
    public boolean isLost() {
        return LostItem.is(item);
    }

    /** What it counts in the hand. */
    long size() {
        return size;
    }

    long takenAt() {
        return takenAt;
    }

    /** Empty for a mail that was queued by another mailet. */
    Optional<Instant> queuedAt() {
        return queuedAt;
    }

    /** It is no longer in hand. */
    void dispose() {
        MailRecord opened = record;
        if (opened != null) {
            opened.close();
        }
        trial.stopAndPublish();
        LifecycleUtil.dispose(mail);
    }

    /**
     * Begins.
     *
     * @param known verdicts that there are already
     * @param attempts for the other recipients; each has this mail for its owner
     */
    void begin(List<Verdict> known, List<DestinationAttempt> attempts) {
        synchronized (this) {
            begun = true;
            verdicts.addAll(known);
            pending.addAll(attempts);
            if (closing) {
                postponePending();
            }
        }
        goOn();
    }

    private synchronized void postponePending() {
        pending.forEach(attempt -> verdicts.addAll(attempt.postponed(HELD_LONG)));
        pending.clear();
    }

    @Override
    public void ended(DestinationAttempt attempt, List<Verdict> outcome) {
        synchronized (this) {
            if (!offered.remove(attempt)) {
                return;
            }
            outcome.forEach(verdict -> verdicts.add(isLarge ? verdict.shortened(WORDS_OF_EACH) : verdict));
            unrecorded++;
        }
        // Recorded before the mail can be settled, and few at a time are not.
        AtomicBoolean told = new AtomicBoolean();
        Runnable recorded = () -> {
            if (told.compareAndSet(false, true)) {
                synchronized (this) {
                    unrecorded--;
                }
                goOn();
            }
        };
        try {
            record.record(attempt.destination(), outcome, recorded);
        } catch (RuntimeException | Error e) {
            // The mail would stay in hand for ever.
            LOGGER.error("{}: an outcome could not be recorded", name, e);
            recorded.run();
        }
        goOn();
    }

    @Override
    public void abandoned(DestinationAttempt attempt) {
        synchronized (this) {
            offered.remove(attempt);
            abandoned = true;
            pending.clear();
        }
        goOn();
    }

    /**
     * Begins no more attempts: what has not begun goes back into the queue when the rest has ended. To be called again and again:
     * what was just being offered, or waits for another turn, is found the next time.
     */
    void windUp() {
        List<DestinationAttempt> waiting;
        synchronized (this) {
            closing = true;
            postponePending();
            waiting = List.copyOf(offered);
        }
        for (DestinationAttempt attempt : waiting) {
            if (attempt.withdraw()) {
                synchronized (this) {
                    offered.remove(attempt);
                    verdicts.addAll(attempt.postponed(HELD_LONG));
                }
            }
        }
        goOn();
    }

    /** Others deliver what has not begun; what has begun ends. To be called again and again, as {@link #windUp}. */
    void dropWaiting() {
        List<DestinationAttempt> waiting;
        synchronized (this) {
            abandoned |= !pending.isEmpty();
            pending.clear();
            waiting = List.copyOf(offered);
        }
        for (DestinationAttempt attempt : waiting) {
            if (attempt.withdraw()) {
                abandoned(attempt);
            }
        }
        goOn();
    }

    /** Cuts off what is still under way. */
    void giveUp() {
        List<DestinationAttempt> underWay;
        synchronized (this) {
            underWay = List.copyOf(offered);
        }
        underWay.forEach(DestinationAttempt::giveUp);
    }

    private void goOn() {
        for (DestinationAttempt next = next(); next != null; next = next()) {
            offer(next);
        }
        boolean leave;
        synchronized (this) {
            // Before it has begun there are no verdicts, and a mail without any would be taken for settled.
            if (!begun || over || !pending.isEmpty() || !offered.isEmpty() || unrecorded > 0) {
                return;
            }
            over = true;
            leave = abandoned;
        }
        if (leave) {
            owner.left(this);
        } else {
            owner.attempted(this, verdicts);
        }
    }

    private void offer(DestinationAttempt attempt) {
        try {
            attempt.offer();
        } catch (RuntimeException | Error e) {
            LOGGER.error("{} could not be offered to {} and comes back later", name, attempt.destination(), e);
            synchronized (this) {
                if (offered.remove(attempt)) {
                    verdicts.addAll(attempt.postponed("4.3.0 The attempt could not be made: " + e));
                }
            }
        }
    }

    private synchronized DestinationAttempt next() {
        // What is not recorded yet would be repeated after a crash: it counts as if it were still in flight.
        if (pending.isEmpty() || offered.size() + unrecorded >= mostAtOnce) {
            return null;
        }
        DestinationAttempt next = pending.removeFirst();
        offered.add(next);
        return next;
    }
}
