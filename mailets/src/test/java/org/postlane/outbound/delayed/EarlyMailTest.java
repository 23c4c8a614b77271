// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.operations.MailFetch;
import org.postlane.outbound.settlement.StepRunner;
import org.postlane.outbound.settlement.Unsettled;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Mail that was flushed out of its queue, and may be that of others. */
class EarlyMailTest {
    private final Clock clock = Clock.systemUTC();
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
    private final MailQueue queue = new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory(), clock)
        .createQueue(MailQueueName.of("out"), MailQueueFactory.defaultPrefetchCount());
    private final CompletableFuture<Boolean> answer = new CompletableFuture<>();
    private final FlushOrders orders = new FlushOrders(clock, (mail, destinations) -> answer);
    private final EarlyMail early = new EarlyMail(queue, clock, threads, new StepRunner(threads, threads, () -> false,
        new CriticalStates(clock).watch("the mail cannot be settled", Duration.ZERO), new Unsettled()), orders,
        new PutBacks(() -> { }));
    private final List<String> heard = new CopyOnWriteArrayList<>();

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        queue.close();
    }

    private void decide() throws Exception {
        MailImpl mail = MailImpl.builder().name("m").sender("a@home.test").addRecipient("b@there.test").build();
        queue.enQueue(mail);
        mail.dispose();
        MailQueue.MailQueueItem item = Flux.from(queue.deQueue()).blockFirst();
        QueueTimes.delay(item.getMail(), Duration.ofHours(1), Clock.offset(clock, Duration.ofMinutes(-1)));
        orders.give("mx:*.provider.test");
        early.decide(item, () -> heard.add("attempt"), () -> heard.add("gone"), () -> heard.add("waits"));
    }

    @Test
    void mailThatWaitsForDnsToSayWhoseItIsDoesNotKeepTheReaderWaiting() throws Exception {
        decide();
        assertThat(heard).containsExactly("waits");
        answer.complete(true);
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly("waits", "attempt");
    }

    /** The queue is flushed a moment after the order was given, and what was delayed in that moment comes with the rest. */
    @Test
    void mailThatWasDelayedBetweenAnOrderAndTheFlushOfTheQueueWaitsOnWithoutAnAttempt() throws Exception {
        CountDownLatch delayed = new CountDownLatch(1);
        FlushableQueue flushable = new FlushableQueue(queue, flush -> threads.execute(() -> {
            awaitUninterruptibly(delayed);
            flush.run();
        }), orders);
        Instant before = clock.instant();
        assertThat(flushable.fetch("wanted.test")).isEqualTo(MailFetch.QUEUE_FLUSH);
        await().until(() -> clock.instant().isAfter(before.plusMillis(2)));
        MailImpl mail = MailImpl.builder().name("m").sender("a@home.test").addRecipient("b@wanted.test").build();
        QueueTimes.delay(mail, Duration.ofHours(1), clock);
        queue.enQueue(mail, Duration.ofHours(1));
        mail.dispose();
        CompletableFuture<MailQueue.MailQueueItem> flushed = Mono.from(queue.deQueue()).toFuture();
        // Times on mail are milliseconds.
        Instant after = clock.instant();
        await().until(() -> clock.instant().isAfter(after.plusMillis(2)));
        delayed.countDown();
        early.decide(flushed.get(60, TimeUnit.SECONDS), () -> heard.add("attempt"), () -> heard.add("gone"),
            () -> heard.add("waits"));
        await().until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly("gone");
    }

    @Test
    void mailOfWhichItIsKnownAtOnceWhoseItIsIsPutBackBeforeMoreIsTaken() throws Exception {
        answer.complete(false);
        decide();
        await().until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly("gone");
    }
}
