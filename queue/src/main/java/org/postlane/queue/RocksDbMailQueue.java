// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import javax.mail.MessagingException;

import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.metrics.api.TimeMetric;
import org.apache.james.queue.api.MailPrioritySupport;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.mailet.AttributeName;
import org.apache.mailet.Mail;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** One durable queue of a {@link RocksDbMailQueueFactory}. Safe for use by several threads. */
final class RocksDbMailQueue implements ManageableMailQueue {
    /** Counts mails that cannot be read and were set aside, those of earlier starts included. */
    static final String SET_ASIDE_METRIC_NAME_PREFIX = "setAsideMail:";
    /** Shows how many mails their reader could neither process nor keep when it had them last. */
    static final String REJECTED_METRIC_NAME_PREFIX = "rejectedMail:";
    /** By which James' spooler counts how often it could not process a mail. */
    private static final AttributeName SPOOL_ERRORS = AttributeName.of("mail-processing-error-count");
    /** For a mail that comes back undone again: what fails at once shall not fail a thousand times a second. */
    private static final Duration AFTER_A_SECOND_RETURN = Duration.ofSeconds(1);
    /** Each return doubles it, up to about a minute. */
    private static final int RETURNS_DOUBLED_AT_MOST = 6;
    /**
     * For a mail that James' spooler can neither process, nor put back, nor store as an error: the disk is full, or the database
     * away. Doubles with each return.
     */
    private static final Duration AFTER_A_REJECT = Duration.ofMinutes(1);
    private static final int DOUBLED_AT_MOST = 3;
    private static final Logger LOGGER = LoggerFactory.getLogger(RocksDbMailQueue.class);

    private final MailQueueName name;
    private final QueueIndex index;
    private final MailRecords records;
    private final Removals removals;
    private final InHand inHand;
    private final MailNumbers numbers;
    private final QueueAdministration administration;
    private final MailQueueItemDecoratorFactory decorators;
    private final MetricFactory metrics;
    private final Clock clock;
    private final Metric enqueued;
    private final Metric dequeued;
    private final Metric setAsideMetric;
    private final AtomicLong setAside = new AtomicLong();

    RocksDbMailQueue(MailQueueName name, QueueIndex index, MailRecords records, Removals removals, InHand inHand,
                     MailNumbers numbers, MailQueueItemDecoratorFactory decorators, MetricFactory metrics, GaugeRegistry gauges,
                     Clock clock) {
        this.name = name;
        this.index = index;
        this.records = records;
        this.removals = removals;
        this.inHand = inHand;
        this.numbers = numbers;
        this.decorators = decorators;
        this.metrics = metrics;
        this.clock = clock;
        this.enqueued = metrics.generate(ENQUEUED_METRIC_NAME_PREFIX + name.asString());
        this.dequeued = metrics.generate(DEQUEUED_METRIC_NAME_PREFIX + name.asString());
        this.setAsideMetric = metrics.generate(SET_ASIDE_METRIC_NAME_PREFIX + name.asString());
        this.administration = new QueueAdministration(name, index, records, this::setAside, clock);
        GaugeRegistry unused = gauges.register(QUEUE_SIZE_METRIC_NAME_PREFIX + name.asString(), index::size);
        GaugeRegistry unusedToo = gauges.register(REJECTED_METRIC_NAME_PREFIX + name.asString(), index::rejected);
    }

    @Override
    public MailQueueName getName() {
        return name;
    }

    @Override
    public void enQueue(Mail mail) throws MailQueueException {
        enQueue(mail, Duration.ZERO);
    }

    @Override
    public void enQueue(Mail mail, Duration delay) throws MailQueueException {
        TimeMetric time = metrics.timer(ENQUEUED_TIMER_METRIC_NAME_PREFIX + name.asString());
        try {
            boolean isReady = delay.isNegative() || delay.isZero();
            long now = clock.millis();
            Entry entry = records.write(mail, numbers.next(), isReady ? now : dueAfter(now, delay), priorityOf(mail),
                isReady && isNew(mail));
            if (isReady) {
                index.addReady(entry);
            } else {
                index.add(entry);
            }
            enqueued.increment();
        } catch (IOException | MessagingException | RuntimeException e) {
            throw new MailQueueException("Mail " + mail.getName() + " cannot be put into the queue " + name.asString() + ": "
                + e.getMessage(), e);
        } finally {
            TimeMetric.ExecutionResult unused = time.stopAndPublish();
        }
    }

    /** On a thread that may wait for the disk. The mail has to stay readable until this is complete. */
    @Override
    public Publisher<Void> enqueueReactive(Mail mail) {
        return Mono.<Void>fromCallable(() -> {
            enQueue(mail);
            return null;
        }).subscribeOn(Schedulers.boundedElastic());
    }

    /** What comes into the spool at once, and not back because it could not be processed. */
    private boolean isNew(Mail mail) {
        return name.equals(MailQueueFactory.SPOOL) && mail.getAttribute(SPOOL_ERRORS).isEmpty();
    }

    private static long dueAfter(long now, Duration delay) {
        try {
            return Math.addExact(now, delay.toMillis());
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    private static int priorityOf(Mail mail) {
        int priority = mail.getAttribute(MailPrioritySupport.MAIL_PRIORITY)
            .flatMap(attribute -> attribute.getValue().valueAs(Integer.class))
            .orElse(MailPrioritySupport.NORMAL_PRIORITY);
        return Math.max(MailPrioritySupport.LOW_PRIORITY, Math.min(MailPrioritySupport.HIGH_PRIORITY, priority));
    }

    /**
     * Any number of readers, each of which gets what it asks for; a mail goes to one of them. Complete when the queue is closed.
     */
    @Override
    public Publisher<MailQueueItem> deQueue() {
        return reader -> reader.onSubscribe(new MailSubscription(this, reader));
    }

    /** The next mail, which it waits for; none when stopped or closed. */
    Optional<MailQueueItem> next(BooleanSupplier stopped) throws InterruptedException {
        while (true) {
            Entry entry = index.take(stopped);
            if (entry == null) {
                return Optional.empty();
            }
            try {
                Mail mail = records.read(entry);
                RocksDbMailQueueItem taken = new RocksDbMailQueueItem(this, entry, mail, inHand);
                MailQueueItem item = decorators.decorate(taken, name);
                inHand.add(taken);
                dequeued.increment();
                return Optional.of(item);
            } catch (DamagedRecordException e) {
                setAside(entry, e.getMessage());
            } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
                LOGGER.error("{} cannot be read for now", records.nameOf(entry), e);
                index.giveBack(entry, clock.millis() + AFTER_A_SECOND_RETURN.toMillis());
            } catch (OutOfMemoryError e) {
                index.giveBack(entry, clock.millis() + AFTER_A_SECOND_RETURN.toMillis());
                throw e;
            }
        }
    }

    /** What its reader says about a mail that was taken. */
    void settle(Entry entry, String mail, MailQueueItem.CompletionStatus status) {
        if (status == MailQueueItem.CompletionStatus.SUCCESS) {
            removals.remove(records, entry);
            index.forget(entry);
            return;
        }
        if (entry.isDamaged()) {
            setAside(entry, "its message cannot be read");
            return;
        }
        int earlier = entry.comesBack();
        if (status == MailQueueItem.CompletionStatus.REJECT) {
            Duration pause = AFTER_A_REJECT.multipliedBy(1L << Math.min(earlier, DOUBLED_AT_MOST));
            LOGGER.error("{} was rejected by who took it from the queue {}: it is tried again in {}", mail, name.asString(),
                pause);
            index.giveBackRejected(entry, clock.millis() + pause.toMillis());
        } else if (earlier > 0) {
            Duration pause = AFTER_A_SECOND_RETURN.multipliedBy(1L << Math.min(earlier - 1, RETURNS_DOUBLED_AT_MOST));
            index.giveBack(entry, clock.millis() + pause.toMillis());
        } else {
            index.giveBack(entry);
        }
    }

    /** A mail that its reader never got. */
    void giveBack(MailQueueItem item) {
        try {
            item.done(MailQueueItem.CompletionStatus.RETRY);
        } catch (MailQueueException e) {
            LOGGER.error("{} is given out again after a restart only", item.getMail().getName(), e);
        }
    }

    /** Never fails: where the store does not take it, the next start finds the mail again. */
    private void setAside(Entry entry, String reason) {
        try {
            if (records.setAside(entry, reason)) {
                LOGGER.error("{} is damaged and set aside, out of the queue: {}", records.nameOf(entry), reason);
                countSetAside(1);
            } else {
                LOGGER.info("{} had been removed", records.nameOf(entry));
            }
        } catch (IOException e) {
            LOGGER.error("{} is damaged, which cannot be written down: {}", records.nameOf(entry), reason, e);
            countSetAside(1);
        } finally {
            index.forget(entry);
        }
    }

    /** A mail that the start has found. */
    void restore(Entry entry) {
        index.add(entry);
    }

    /** Also for those that earlier starts have set aside. */
    void countSetAside(int mails) {
        setAside.addAndGet(mails);
        setAsideMetric.add(mails);
    }

    long setAside() {
        return setAside.get();
    }

    long rejected() {
        return index.rejected();
    }

    void wake() {
        index.wake();
    }

    /** Those that wait and those that were taken. */
    @Override
    public long getSize() {
        return index.size();
    }

    @Override
    public long flush() throws MailQueueException {
        return administration.flush();
    }

    @Override
    public long clear() throws MailQueueException {
        return administration.remove(entry -> true);
    }

    @Override
    public long remove(Type type, String value) throws MailQueueException {
        return administration.remove(administration.search(type, value));
    }

    @Override
    public MailQueueIterator browse() {
        return administration.browse();
    }

    /** Does nothing: others have the same queue. {@link RocksDbMailQueueFactory#close} closes it. */
    @Override
    public void close() {
        // As James' JMS queues, which are shared as well.
    }

    /** Lets go of its readers, and of no mail. */
    void end() {
        index.close();
    }

    @Override
    public String toString() {
        return "RocksDbMailQueue(" + name.asString() + ")";
    }
}
