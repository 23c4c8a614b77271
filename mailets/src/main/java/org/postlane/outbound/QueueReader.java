// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.function.Consumer;
import javax.mail.MessagingException;

import org.apache.james.queue.api.MailQueue;
import org.apache.mailet.Mail;
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
    private final Items items = new Items();
    private boolean stopped;
    private int mails;
    private int asked;
    private long octets;

    QueueReader(MailQueue queue, InHandLimits limits, CriticalStates.Condition readable,
                Consumer<MailQueue.MailQueueItem> taker) {
        this.queue = queue;
        this.limits = limits;
        this.readable = readable;
        this.taker = taker;
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

    /** Takes no more. */
    void stop() {
        synchronized (this) {
            stopped = true;
        }
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

    synchronized int mails() {
        return mails;
    }

    synchronized long octets() {
        return octets;
    }

    /** What a mail counts in the hand: its message, and as much again for what is around it. */
    static long sizeOf(Mail mail) {
        // Address, verdict and reply of one recipient.
        long around = 1_000L * (1 + mail.getRecipients().size());
        try {
            return around + Math.max(0, mail.getMessageSize());
        } catch (MessagingException | RuntimeException e) {
            // Its attempt will meet the same and say so.
            LOGGER.debug("The size of {} is not known", mail.getName(), e);
            return around;
        }
    }

    private synchronized int roomFor() {
        int room = stopped || octets >= limits.octets() ? 0 : Math.min(BATCH - asked, limits.mails() - mails - asked);
        int more = Math.max(0, room);
        asked += more;
        return more;
    }

    private synchronized void took(long size) {
        asked--;
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
            int more = roomFor();
            if (more > 0) {
                request(more);
            }
        }

        @Override
        protected void hookOnNext(MailQueue.MailQueueItem item) {
            long size = sizeOf(item.getMail());
            took(size);
            try {
                taker.accept(item);
            } catch (RuntimeException | Error e) {
                // Thrown on, it would end the reading for good. The item comes again after a restart.
                readable.failed(e);
                LOGGER.error("{} stays in queue {} until James has restarted", item.getMail().getName(),
                    queue.getName().asString(), e);
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
