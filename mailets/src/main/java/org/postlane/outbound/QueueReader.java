// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import javax.mail.MessagingException;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue;
import org.apache.mailet.Mail;
import org.postlane.outbound.attempt.MailDestinations;
import org.postlane.outbound.mail.LostItem;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.settings.InHandLimits;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/**
 * Takes mail out of a queue as long as there is room in the hand for it: so many mails, and so many octets of them. What is not
 * taken stays in the queue, so that overload shows as the depth of the queue and not as memory.
 *
 * <p>Safe for use by several threads.
 */
final class QueueReader {
    /** Asked for at once: enough to keep a queue busy, few enough that large mails do not come far beyond the octets allowed. */
    private static final int BATCH = 32;
    /** While a destination is crowded: so often a batch is asked for all the same, so that nobody else's mail waits for it. */
    private static final Duration SLOW = Duration.ofMillis(50);
    /** Between two tries to read a queue that is away. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    /** A queue that lets itself be read for so long is not away. */
    private static final Duration HEALS_AFTER = Duration.ofSeconds(5);
    private static final Logger LOGGER = LoggerFactory.getLogger(QueueReader.class);

    private final MailQueue queue;
    private final InHandLimits limits;
    private final Consumer<MailQueue.MailQueueItem> taker;
    private final CriticalStates.Condition readable;
    private final BooleanSupplier crowded;
    private final ScheduledExecutorService timers;
    private final Items items = new Items();
    private boolean stopped;
    /** Whether a timer will ask for the next batch. */
    private boolean slow;
    private int mails;
    private int asked;
    private int unsorted;
    private long octets;

    QueueReader(MailQueue queue, InHandLimits limits, CriticalStates.Condition readable,
                Consumer<MailQueue.MailQueueItem> taker, BooleanSupplier crowded, ScheduledExecutorService timers) {
        this.queue = queue;
        this.limits = limits;
        this.readable = readable;
        this.taker = taker;
        this.crowded = crowded;
        this.timers = timers;
    }

    /** Begins, on threads that may wait for the queue. */
    void start(Scheduler threads) {
        Flux.defer(this::read)
            .doOnNext(item -> readable.works())
            .retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_PAUSE).maxBackoff(LONGEST_PAUSE).transientErrors(true)
                .filter(failure -> !isStopped())
                .doBeforeRetry(again -> readable.failed(again.failure())))
            .subscribeOn(threads)
            .subscribe(items);
    }

    private Flux<MailQueue.MailQueueItem> read() {
        // An empty queue gives no mail to show that it can be read again.
        Disposable heals = Mono.delay(HEALS_AFTER).subscribe(time -> readable.works());
        return Flux.<MailQueue.MailQueueItem>from(queue.deQueue()).doFinally(end -> heals.dispose());
    }

    /**
     * Takes no more. The reading itself goes on until {@link #end()}: a broker's channel ends with it, and only over that
     * channel can what is in hand be taken out of the queue.
     */
    synchronized void stop() {
        stopped = true;
    }

    /** Ends the reading, after {@link #stop()}: what is still in hand is in its queue again. */
    void end() {
        items.cancel();
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /** Makes room again for what was taken with this size. */
    void release(long size) {
        synchronized (this) {
            mails--;
            octets -= size;
        }
        items.pull();
    }

    /** One that was taken has found its place, or none: whether there is a crowd does not show before. */
    void sorted() {
        synchronized (this) {
            unsorted--;
        }
        items.pull();
    }

    synchronized int mails() {
        return mails;
    }

    synchronized long octets() {
        return octets;
    }

    /** What a mail counts in the hand: its message, once more where a copy is kept, and what is around it. */
    static long sizeOf(Mail mail) {
        // Address, verdict and reply of one recipient.
        long around = 1_000L * (1 + mail.getRecipients().size());
        try {
            long message = Math.max(0, mail.getMessageSize());
            return around + (MailDestinations.keeps(message) ? 2 * message : message);
        } catch (MessagingException | RuntimeException e) {
            // Its attempt will meet the same and say so.
            LOGGER.debug("The size of {} is not known", mail.getName(), e);
            return around;
        }
    }

    /** While what was taken finds no room but will in a moment, more would only go back and come again. */
    private boolean isSlowed() {
        if (!crowded.getAsBoolean()) {
            return false;
        }
        synchronized (this) {
            if (!slow && !stopped) {
                slow = true;
                ScheduledFuture<?> unused = timers.schedule(this::endSlow, SLOW.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        return true;
    }

    private void endSlow() {
        synchronized (this) {
            slow = false;
        }
        items.ask();
    }

    private synchronized int roomFor() {
        int room = stopped || octets >= limits.octets() ? 0 : Math.min(BATCH - asked - unsorted, limits.mails() - mails - asked);
        int more = Math.max(0, room);
        asked += more;
        return more;
    }

    private synchronized void took(long size) {
        asked--;
        unsorted++;
        mails++;
        octets += size;
    }

    /** The subscription: asks for as much as there is room for. */
    private final class Items extends BaseSubscriber<MailQueue.MailQueueItem> {
        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            pull();
        }

        void pull() {
            if (!isSlowed()) {
                ask();
            }
        }

        void ask() {
            int more = roomFor();
            if (more > 0) {
                request(more);
            }
        }

        @Override
        protected void hookOnNext(MailQueue.MailQueueItem item) {
            if (isStopped()) {
                // Asked for before, and too late: it stays in the queue.
                LostItem.leave(item);
                LifecycleUtil.dispose(item.getMail());
                return;
            }
            long size = sizeOf(item.getMail());
            took(size);
            try {
                taker.accept(item);
            } catch (RuntimeException | Error e) {
                // Thrown on, it would end the reading for good. The item comes again after a restart.
                readable.failed(e);
                LOGGER.error("{} stays in queue {} until James has restarted", item.getMail().getName(),
                    queue.getName().asString(), e);
                sorted();
                release(size);
            }
            pull();
        }

        @Override
        protected void hookOnError(Throwable failure) {
            LOGGER.info("Queue {} is no longer read", queue.getName().asString(), failure);
        }

        @Override
        protected void hookOnComplete() {
            if (!isStopped()) {
                readable.failed(new IllegalStateException("The queue says that it has ended"));
            }
        }
    }
}
