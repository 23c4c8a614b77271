// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.mailet.Mail;
import org.postlane.outbound.mail.LostItem;
import org.postlane.outbound.mail.QueueTimes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A queue that ignores delays, and holds mail of which all has about the same: then what stands in front is due first. A few
 * mails are held until they are due, and the others stay in the queue behind them. Mail is held for a bounded time, and then goes
 * back to its place in front.
 *
 * <p>Safe for use by several threads; never blocks.
 */
final class WaitingQueue {
    /** Held at a time. Those behind are not due much earlier. */
    static final int WINDOW = 32;
    /** How often it is looked whether the queue has given to others what is held: it would keep the place of what comes again. */
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Logger LOGGER = LoggerFactory.getLogger(WaitingQueue.class);

    private final MailQueue queue;
    private final Function<Mail, Duration> early;
    private final Executor workers;
    private final ScheduledExecutorService timers;
    private final Duration longestHold;
    private final FlushOrders orders;
    private final Function<MailQueueItem, CompletableFuture<Void>> putBack;
    private final Set<Held> held = new HashSet<>();
    /** When the last order was given, because of which all mail delayed before it is looked at; null when there was none. */
    private Instant round;

    /**
     * A queue that is nobody else's.
     *
     * @param early how long a mail has to wait yet; zero when it is due
     * @param longestHold for how long mail is held at most, well below the time after which a broker takes it back
     * @param putBack puts a mail that is not wanted behind all that is there; fails only when James is stopping
     */
    WaitingQueue(MailQueue queue, Function<Mail, Duration> early, Executor workers, ScheduledExecutorService timers,
                 Duration longestHold, FlushOrders orders, Function<MailQueueItem, CompletableFuture<Void>> putBack) {
        this.queue = queue;
        this.early = early;
        this.workers = workers;
        this.timers = timers;
        this.longestHold = longestHold;
        this.orders = orders;
        this.putBack = putBack;
    }

    MailQueue queue() {
        return queue;
    }

    /** Its mail, each when it is due or is wanted earlier. */
    Flux<Offer> due() {
        return Flux.using(
            () -> timers.scheduleWithFixedDelay(this::dropLost, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS),
            looking -> QueuesBeside.offers(queue).flatMap(this::whenDue, WINDOW, 1),
            looking -> looking.cancel(false));
    }

    private void dropLost() {
        List<Held> lost;
        synchronized (this) {
            lost = held.stream().filter(one -> LostItem.is(one.offer.item())).collect(Collectors.toList());
        }
        try {
            lost.forEach(one -> workers.execute(one::timeIsUp));
        } catch (RejectedExecutionException e) {
            LOGGER.debug("What others have is not dropped: James is stopping", e);
        }
    }

    private Mono<Offer> whenDue(Offer offer) {
        return early.apply(offer.mail()).isZero()
            ? Mono.just(offer)
            : Mono.create(sink -> new Held(offer, sink).begin());
    }

    /** Looks at each mail that is in it now once, held or not, and hands out what the orders want. */
    void beginRound(Instant ordered) {
        List<Held> all;
        synchronized (this) {
            round = ordered;
            all = List.copyOf(held);
        }
        all.forEach(Held::look);
    }

    /** One mail that is not due. Guarded by the queue. */
    private final class Held {
        private final Offer offer;
        private final Mail mail;
        private final MonoSink<Offer> sink;
        private ScheduledFuture<?> timer;
        private boolean over;

        Held(Offer offer, MonoSink<Offer> sink) {
            this.offer = offer;
            this.mail = offer.mail();
            this.sink = sink;
        }

        void begin() {
            boolean looks;
            synchronized (WaitingQueue.this) {
                // What was delayed after the order is no concern of it, and goes on waiting as ever.
                looks = round != null && QueueTimes.isDelayedBefore(mail, round);
                held.add(this);
                if (!looks) {
                    await();
                }
            }
            sink.onCancel(this::drop);
            if (looks) {
                look();
            }
        }

        private void await() {
            Duration left = early.apply(mail);
            Duration wait = left.compareTo(longestHold) < 0 ? left : longestHold;
            try {
                timer = timers.schedule(() -> workers.execute(this::timeIsUp), wait.toMillis(),
                    TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOGGER.debug("{} stays in its queue: James is stopping", mail.getName(), e);
            }
        }

        /** Whoever may decide what becomes of it; false when somebody else has. */
        private boolean claim() {
            synchronized (WaitingQueue.this) {
                if (over) {
                    return false;
                }
                over = true;
                held.remove(this);
                if (timer != null) {
                    timer.cancel(false);
                }
                return true;
            }
        }

        private void timeIsUp() {
            if (!claim()) {
                return;
            }
            if (early.apply(mail).isZero() && !LostItem.is(offer.item())) {
                sink.success(offer);
                return;
            }
            if (!offer.take()) {
                return;
            }
            try {
                // Not put behind the others: it is due before them. To one that others have nothing happens.
                offer.item().done(MailQueueItem.CompletionStatus.RETRY);
                LifecycleUtil.dispose(mail);
                sink.success();
            } catch (MailQueue.MailQueueException | RuntimeException e) {
                // Reading begins anew, and all that was held comes again.
                sink.error(e);
            }
        }

        void look() {
            if (claim()) {
                CompletableFuture<Void> unused = orders.want(mail).thenAcceptAsync(wanted -> {
                    if (wanted) {
                        sink.success(offer);
                    } else if (offer.take()) {
                        CompletableFuture<Void> unusedEnd = putBack.apply(offer.item()).whenComplete((nothing, failure) -> {
                            LifecycleUtil.dispose(mail);
                            sink.success();
                        });
                    }
                }, workers);
            }
        }

        /** Nobody reads any more; the queue still has it. One that is on its way back goes on. */
        private void drop() {
            boolean unused = claim();
            offer.leave();
        }
    }
}
