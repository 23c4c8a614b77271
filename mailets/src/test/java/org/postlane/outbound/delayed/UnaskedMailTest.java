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
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.settlement.StepRunner;
import org.postlane.outbound.settlement.Unsettled;
import org.postlane.queues.LosableItems;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;

/** Mail that has come out of its queue, and that nobody has asked for when reading ends. */
class UnaskedMailTest {
    private final Clock clock = Clock.systemUTC();
    private final LosableItems items = new LosableItems();
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
    private final PutBacks putBacks = new PutBacks(() -> { });
    private final MailQueueFactory<MemoryMailQueueFactory.MemoryCacheableMailQueue> queues = new MemoryMailQueueFactory(items);
    private final MailQueue ready = queues.createQueue(MailQueueName.of("out"), MailQueueFactory.defaultPrefetchCount());
    private final MailQueue queue = DelayingQueue.around(ready, queues, clock, threads, threads,
        new StepRunner(threads, threads, () -> false,
            new CriticalStates(clock).watch("cannot be settled", Duration.ofMinutes(1)), new Unsettled()),
        new FlushOrders(clock, (mail, names) -> CompletableFuture.completedFuture(false)), putBacks,
        DelayingQueue.LONGEST_HOLD).queue();
    private final List<MailQueueItem> taken = new CopyOnWriteArrayList<>();
    private final Reader reader = new Reader();

    @AfterEach
    void stop() {
        reader.cancel();
        threads.shutdownNow();
    }

    /** One that is busy with the first mail. */
    private final class Reader extends BaseSubscriber<MailQueueItem> {
        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            request(1);
        }

        @Override
        protected void hookOnNext(MailQueueItem item) {
            taken.add(item);
        }
    }

    private MailImpl mail(String name, Duration delay) throws Exception {
        MailImpl mail = MailImpl.builder().name(name).sender("s@home.test").addRecipient("x@a.test").build();
        QueueTimes.delay(mail, delay, clock);
        return mail;
    }

    private List<CompletionStatus> told(String mail) {
        return items.of(mail).told;
    }

    @Test
    void whatNobodyHasAskedForIsLeftWhenReadingEndsAndWhatWasTakenIsNot() throws Exception {
        queue.deQueue().subscribe(reader);
        queue.enQueue(mail("taken", Duration.ZERO));
        await().until(() -> !taken.isEmpty());
        List<String> others = List.of("due", "due too", "soon", "soon too", "later");
        queue.enQueue(mail("due", Duration.ZERO));
        queue.enQueue(mail("due too", Duration.ZERO));
        queue.enQueue(mail("soon", Duration.ofMillis(1)), Duration.ofMillis(1));
        queue.enQueue(mail("soon too", Duration.ofMillis(1)), Duration.ofMillis(1));
        queue.enQueue(mail("later", Duration.ofHours(1)), Duration.ofHours(1));
        await().until(() -> items.given.size() == 1 + others.size());

        reader.cancel();

        await().untilAsserted(() -> assertThat(others).allSatisfy(name ->
            assertThat(told(name)).containsExactly(CompletionStatus.RETRY)));
        assertThat(told("taken")).isEmpty();
        assertThat(taken).hasSize(1);
    }

    @Test
    void whatWouldBePutBackIsLeftWhenJamesIsStopping() throws Exception {
        putBacks.stop();
        ready.enQueue(mail("an earlier version left it here", Duration.ofHours(1)));
        queue.deQueue().subscribe(reader);

        await().until(() -> !items.given.isEmpty() && !items.given.get(0).told.isEmpty());
        assertThat(items.given.get(0).told).containsExactly(CompletionStatus.RETRY);
    }

    @Test
    void whatIsTakenIsNotLeftAndWhatIsLeftIsNotTaken() throws Exception {
        queue.enQueue(mail("one", Duration.ZERO));
        queue.enQueue(mail("two", Duration.ZERO));
        Disposable reading = QueuesBeside.offers(ready).subscribe();
        await().until(() -> items.given.size() == 2);
        reading.dispose();
        Offer one = new Offer(items.given.get(0));
        Offer two = new Offer(items.given.get(1));

        assertThat(one.take()).isTrue();
        one.leave();
        two.leave();
        two.leave();

        assertThat(two.take()).isFalse();
        assertThat(items.given.get(0).told).isEmpty();
        assertThat(items.given.get(1).told).containsExactly(CompletionStatus.RETRY);
    }
}
