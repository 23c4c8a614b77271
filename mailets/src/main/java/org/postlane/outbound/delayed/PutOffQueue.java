// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.mailet.Mail;
import org.postlane.james.HoldTimes;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/**
 * A queue for who puts mail off for some minutes at most and tries it again: what waits takes the place of nothing that is due.
 * What comes out of the queue itself is not looked at. Stateless.
 */
public final class PutOffQueue {
    /** Longest delay of each queue beside; the last takes what is longer. */
    private static final Map<Duration, String> BESIDE =
        Map.of(Duration.ofSeconds(30), "30s", Duration.ofMinutes(2), "2m", Duration.ofSeconds(Long.MAX_VALUE), "6m");

    private PutOffQueue() {
    }

    /**
     * The queue itself, where it honours delays; else it with queues beside, which are closed with it.
     *
     * @param queues makes the queues beside one that ignores them
     * @param early how long a mail that was put off has to wait yet; zero when it is due
     * @param timers run what is short
     */
    public static MailQueue around(MailQueue queue, MailQueueFactory<?> queues, Function<Mail, Duration> early,
                                   ScheduledExecutorService timers) {
        if (!QueuesBeside.areNeededFor(queue)) {
            return queue;
        }
        // Nobody looks for a destination here.
        FlushOrders none = new FlushOrders(Clock.systemUTC(), (mail, names) -> CompletableFuture.completedFuture(true));
        return new QueuesBeside(queue, queues, BESIDE, beside -> new WaitingQueue(beside, early, PutOffQueue::work, timers,
            HoldTimes.WAITING, none, item -> CompletableFuture.completedFuture(null)), UnaryOperator.identity());
    }

    private static void work(Runnable task) {
        Disposable unused = Schedulers.boundedElastic().schedule(task);
    }

    /** The queues of James that one is made of. */
    public static List<MailQueue> parts(MailQueue queue) {
        return queue instanceof QueuesBeside ? ((QueuesBeside) queue).parts() : List.of(queue);
    }
}
