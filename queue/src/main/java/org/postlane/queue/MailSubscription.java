// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader of a queue: gives it as many mails as it asks for, on a thread of its own, so that a reader that blocks keeps no
 * other waiting. The thread begins with the first demand. It ends when the reader cancels, or the queue is closed.
 */
final class MailSubscription implements Subscription {
    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final Logger LOGGER = LoggerFactory.getLogger(MailSubscription.class);

    private final RocksDbMailQueue queue;
    private final Subscriber<? super MailQueueItem> subscriber;
    private long demand;
    private boolean started;
    private boolean cancelled;

    MailSubscription(RocksDbMailQueue queue, Subscriber<? super MailQueueItem> subscriber) {
        this.queue = queue;
        this.subscriber = subscriber;
    }

    @Override
    public void request(long mails) {
        if (mails <= 0) {
            // Reactive Streams 3.9.
            if (end()) {
                subscriber.onError(new IllegalArgumentException("Asked for " + mails + " mails, at least 1 is expected (3.9)"));
            }
            return;
        }
        synchronized (this) {
            demand = demand + mails < 0 ? Long.MAX_VALUE : demand + mails;
            if (!started && !cancelled) {
                started = true;
                Thread thread = new Thread(this::run,
                    "mail-queue-" + queue.getName().asString() + "-" + THREADS.incrementAndGet());
                thread.setDaemon(true);
                thread.start();
            }
            notifyAll();
        }
    }

    @Override
    public void cancel() {
        boolean unusedFirst = end();
    }

    /** Whether this ended it. */
    private boolean end() {
        synchronized (this) {
            if (cancelled) {
                return false;
            }
            cancelled = true;
            notifyAll();
        }
        queue.wake();
        return true;
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    private synchronized boolean awaitDemand() throws InterruptedException {
        while (demand == 0 && !cancelled) {
            wait();
        }
        return !cancelled;
    }

    private synchronized void given() {
        if (demand != Long.MAX_VALUE) {
            demand--;
        }
    }

    private void run() {
        try {
            while (awaitDemand()) {
                Optional<MailQueueItem> item = queue.next(this::isCancelled);
                if (item.isEmpty()) {
                    break;
                }
                give(item.get());
            }
        } catch (InterruptedException e) {
            LOGGER.warn("The reading of {} was interrupted", queue.getName(), e);
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            // As when there is no memory left: a reader that knows may come back, one that does not would wait for ever.
            if (end()) {
                subscriber.onError(e);
            }
            throw e;
        }
        if (end()) {
            subscriber.onComplete();
        }
    }

    private void give(MailQueueItem item) {
        if (isCancelled()) {
            queue.giveBack(item);
            return;
        }
        given();
        try {
            subscriber.onNext(item);
        } catch (RuntimeException e) {
            // It may not (Reactive Streams 2.13), and so it has not taken the mail, and takes none any more.
            LOGGER.error("A reader of {} has failed and reads no more", queue.getName(), e);
            boolean unusedFirst = end();
            queue.giveBack(item);
        }
    }
}
