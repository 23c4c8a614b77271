// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueue.MailQueueItem.CompletionStatus;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.settlement.StepRunner;
import org.postlane.outbound.settlement.Unsettled;
import org.postlane.queues.LosableItems;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Mail that is held until it is due, and that its queue has given to others meanwhile. */
class LostHoldTest {
    private final Clock clock = Clock.systemUTC();
    private final LosableItems items = new LosableItems();
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
    private final List<String> taken = new CopyOnWriteArrayList<>();
    private DelayingQueue queue;
    private Disposable reading;

    @BeforeEach
    void read() {
        MemoryMailQueueFactory queues = new MemoryMailQueueFactory(items);
        MailQueue ready = queues.createQueue(MailQueueName.of("out"), MailQueueFactory.defaultPrefetchCount());
        StepRunner steps = new StepRunner(threads, threads, () -> false,
            new CriticalStates(clock).watch("cannot be settled", Duration.ofMinutes(1)), new Unsettled());
        FlushOrders orders = new FlushOrders(clock, (mail, names) -> CompletableFuture.completedFuture(false));
        queue = DelayingQueue.around(ready, queues, clock, threads, threads, steps, orders, new PutBacks(() -> { }),
            DelayingQueue.LONGEST_HOLD);
        reading = Flux.from(queue.queue().deQueue()).map(MailQueueItem::getMail).subscribe(mail -> taken.add(mail.getName()));
    }

    @AfterEach
    void stop() {
        reading.dispose();
        threads.shutdownNow();
    }

    private LosableItems.Item held(String name, Duration delay) throws Exception {
        MailImpl mail = MailImpl.builder().name(name).sender("s@home.test").addRecipient("x@a.test").build();
        QueueTimes.delay(mail, delay, clock);
        int before = items.given.size();
        queue.queue().enQueue(mail, delay);
        await().until(() -> items.given.size() > before);
        return items.of(name);
    }

    @Test
    void whatIsDueIsDropped() throws Exception {
        LosableItems.Item lost = held("lost", Duration.ofMillis(500));
        LosableItems.Item kept = held("kept", Duration.ofSeconds(1));
        lost.lose();

        await().until(() -> taken.contains("kept"));
        await().until(() -> !lost.told.isEmpty());
        assertThat(taken).doesNotContain("lost");
        assertThat(lost.told).containsExactly(CompletionStatus.RETRY);
        assertThat(kept.told).isEmpty();
    }

    @Test
    void whatIsNotDueForLongMakesRoom() throws Exception {
        LosableItems.Item lost = held("lost", Duration.ofHours(1));
        LosableItems.Item kept = held("kept", Duration.ofHours(1));
        lost.lose();

        await().until(() -> !lost.told.isEmpty());
        assertThat(lost.told).containsExactly(CompletionStatus.RETRY);
        assertThat(kept.told).isEmpty();
        assertThat(taken).isEmpty();
    }

    @Test
    void noCopyIsPutBehindTheOthers() throws Exception {
        LosableItems.Item lost = held("lost", Duration.ofHours(1));
        lost.lose();
        // An order is about what was delayed before it, in milliseconds.
        long last = clock.millis();
        await().pollInterval(Duration.ofMillis(1)).until(() -> clock.millis() > last);

        queue.fetch("wanted.test");

        await().until(() -> !lost.told.isEmpty());
        assertThat(lost.told).containsExactly(CompletionStatus.RETRY);
    }
}
