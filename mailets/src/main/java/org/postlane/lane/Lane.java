// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.inject.Provider;
import javax.mail.MessagingException;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.mailetcontainer.api.MailProcessor;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.mailet.Mail;
import org.postlane.outbound.PutOffMail;
import org.postlane.outbound.operations.QueueDepth;
import org.postlane.recipient.RecipientType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one recipient type gets: a durable queue of its own, and threads of its own that take mail from it and run it through
 * the lane's processor. Nothing of it is shared with another lane.
 *
 * <p>Its end is the end of the reading. James stops its spool later than this, and the queue takes that mail too, for after
 * the restart: a refusal would be a failed mail.
 *
 * <p>Safe for use by several threads.
 */
public final class Lane {
    /** Hand-overs without an answer that are remembered, and for how long: the spool brings their mails back before that. */
    private static final int MAX_IN_DOUBT = 10_000;
    private static final Duration IN_DOUBT_KEPT = Duration.ofHours(1);
    /** Enqueueing is a short blocking call; more threads than this only wait for the same broker. */
    private static final int MAX_HAND_OVER_THREADS = 16;

    private static final Logger LOGGER = LoggerFactory.getLogger(Lane.class);

    private final MailQueueFactory<?> queues;
    private final Provider<MailProcessor> processor;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final LaneMetrics metrics;
    private final Cache<String, HandOver> inDoubt =
        Caffeine.newBuilder().maximumSize(MAX_IN_DOUBT).expireAfterWrite(IN_DOUBT_KEPT).executor(Runnable::run).build();

    private LaneSettings settings;
    private boolean closed;
    private Optional<MailQueue> queue = Optional.empty();
    private Optional<ThreadPoolExecutor> handOverThreads = Optional.empty();
    private Optional<LaneConsumer> consumer = Optional.empty();

    Lane(LaneSettings settings, MailQueueFactory<?> queues, Provider<MailProcessor> processor, ScheduledExecutorService timer,
            Clock clock, MetricFactory metricFactory, GaugeRegistry gauges) {
        this.settings = settings;
        this.queues = queues;
        this.processor = processor;
        this.timer = timer;
        this.clock = clock;
        this.metrics = new LaneMetrics(metricFactory, gauges, settings.laneName());
    }

    /** The settings from all declarations so far. */
    public synchronized LaneSettings settings() {
        return settings;
    }

    synchronized void declare(LaneSettings declared) {
        settings = settings.and(declared);
    }

    private synchronized MailQueue queue() {
        if (queue.isEmpty()) {
            MailQueue ready = queues.createQueue(MailQueueName.of(settings.laneName()),
                MailQueueFactory.prefetchCount(settings.slots()));
            queue = Optional.of(PutOffMail.in(ready, queues, mail -> Bookkeeping.notDueFor(mail, clock), timer));
        }
        return queue.get();
    }

    private synchronized ThreadPoolExecutor handOverThreads() {
        if (handOverThreads.isEmpty() || handOverThreads.get().isShutdown()) {
            handOverThreads = Optional.of(LaneThreads.pool(settings.laneName() + "-in",
                Math.min(settings.concurrency(), MAX_HAND_OVER_THREADS), new LinkedBlockingQueue<>()));
        }
        return handOverThreads.get();
    }

    synchronized void start() {
        if (!closed && consumer.isEmpty()) {
            LaneConsumer starting = new LaneConsumer(settings, queue(), processor, timer, clock, metrics);
            starting.start();
            consumer = Optional.of(starting);
            metrics.watchDepth(new QueueDepth(PutOffMail.parts(queue()), handOverThreads()));
        }
    }

    /**
     * Begins to hand a mail's part to this lane. A hand-over of the very same part that was left without an answer is taken
     * up again instead, so that the part is not in the queue twice when the answer comes late.
     *
     * @param alone whether no other part of the mail is handed over at the same time
     */
    HandOver begin(Mail mail, List<MailAddress> recipients, boolean alone) throws MessagingException {
        String key = key(mail, recipients);
        HandOver earlier = inDoubt.asMap().remove(key);
        if (earlier != null && !earlier.hasFailed()) {
            return earlier;
        }
        Mail part = Part.of(mail, recipients, settings());
        if (alone && recipients.size() == 1 && settings().type() == RecipientType.LOCAL) {
            Optional<StraightRun> run = running().flatMap(open -> open.runStraight(part));
            if (run.isPresent()) {
                return run.get();
            }
        }
        return enqueue(part);
    }

    private synchronized Optional<LaneConsumer> running() {
        return closed ? Optional.empty() : consumer;
    }

    private HandOver enqueue(Mail part) throws MessagingException {
        try {
            QueueHandOver handOver = new QueueHandOver(queue(), part);
            handOverThreads().execute(handOver);
            return handOver;
        } catch (RuntimeException e) {
            LifecycleUtil.dispose(part);
            throw new MessagingException("The lane " + settings().laneName() + " takes no mail", e);
        }
    }

    /** Puts a mail into the lane's queue that is not to run before a while, which grows with the number of times it was there. */
    public void putOff(Mail mail, int times) throws MessagingException {
        Duration wait = BackOff.after(times);
        Bookkeeping.setNotBefore(mail, clock.instant().plus(wait));
        queue().enQueue(mail, wait);
    }

    void ended() {
        metrics.handedOver();
    }

    void leaveInDoubt(Mail mail, List<MailAddress> recipients, HandOver handOver) {
        inDoubt.put(key(mail, recipients), handOver);
    }

    private static String key(Mail mail, Collection<MailAddress> recipients) {
        TreeSet<String> addresses = new TreeSet<>();
        recipients.forEach(recipient -> addresses.add(Bookkeeping.key(recipient)));
        return mail.getName() + " " + addresses;
    }

    /** Takes no more mail from the queue; what runs goes on. */
    synchronized void stop() {
        closed = true;
        consumer.ifPresent(LaneConsumer::stop);
        handOverThreads.ifPresent(ThreadPoolExecutor::shutdown);
    }

    /** Waits for what runs, then lets go of the queue. Nothing is interrupted. */
    void awaitEnd(Duration atMost) {
        Optional<LaneConsumer> consuming;
        Optional<ThreadPoolExecutor> handing;
        synchronized (this) {
            consuming = consumer;
            handing = handOverThreads;
        }
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            if (handing.isPresent() && !handing.get().awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                LOGGER.warn("{}: the queue has not answered; its mails are still in the spool", settings().laneName());
            }
            if (consuming.isPresent() && !consuming.get().awaitEnd(Duration.ofNanos(deadline - System.nanoTime()))) {
                LOGGER.warn("{}: mails are still being processed and will be again after the restart", settings().laneName());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeQueue();
    }

    private synchronized void closeQueue() {
        queue.ifPresent(open -> {
            try {
                open.close();
            } catch (IOException e) {
                LOGGER.warn("{}: the queue could not be closed", settings.laneName(), e);
            }
        });
        queue = Optional.empty();
    }
}
