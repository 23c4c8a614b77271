// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import javax.mail.Session;
import javax.mail.internet.MimeMessage;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueue.MailQueueItem.CompletionStatus;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.settlement.StepRunner;
import org.postlane.outbound.settlement.Unsettled;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** A queue without delays, and those beside it; here they are James' memory queues, which are told no delay. */
class DelayingQueueTest {
    private static final MailQueueName OUT = MailQueueName.of("out");

    private final Clock clock = Clock.systemUTC();
    private final Map<String, List<CompletionStatus>> done = new ConcurrentHashMap<>();
    /** What went back, as it was in hand. */
    private final List<MailImpl> letGo = new CopyOnWriteArrayList<>();
    private final MailQueueFactory<MemoryMailQueueFactory.MemoryCacheableMailQueue> queues =
        new MemoryMailQueueFactory(noting());
    private final MemoryMailQueueFactory.MemoryCacheableMailQueue ready =
        queues.createQueue(OUT, MailQueueFactory.defaultPrefetchCount());
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
    private final StepRunner steps = new StepRunner(threads, threads, () -> false,
        new CriticalStates(clock).watch("cannot be settled", Duration.ofMinutes(1)), new Unsettled());
    private final FlushOrders orders = new FlushOrders(clock, (mail, names) -> CompletableFuture.completedFuture(
        mail.getRecipients().stream().anyMatch(recipient -> names.contains(recipient.getDomain().asString()))));
    private final PutBacks putBacks = new PutBacks(() -> { });
    private final List<MailQueueItem> taken = new CopyOnWriteArrayList<>();
    private Optional<Disposable> reading = Optional.empty();

    private MailQueueItemDecoratorFactory noting() {
        return (item, queue) -> new MailQueueItemDecoratorFactory.MailQueueItemDecorator(item) {
            @Override
            public Mail getMail() {
                return mailQueueItem.getMail();
            }

            @Override
            public void done(CompletionStatus success) throws MailQueue.MailQueueException {
                done.computeIfAbsent(getMail().getName(), name -> new CopyOnWriteArrayList<>()).add(success);
                mailQueueItem.done(success);
                letGo.add((MailImpl) getMail());
            }
        };
    }

    @AfterEach
    void stop() throws Exception {
        reading.ifPresent(Disposable::dispose);
        threads.shutdownNow();
        ready.close();
    }

    private DelayingQueue delaying(Duration longestHold) {
        return DelayingQueue.around(ready, queues, clock, threads, threads, steps, orders, putBacks, longestHold);
    }

    private void read(DelayingQueue queue) {
        reading = Optional.of(Flux.from(queue.queue().deQueue()).subscribe(taken::add));
    }

    private MailImpl mail(String name, Duration delay, String recipient) throws Exception {
        MailImpl mail = MailImpl.builder().name(name).sender("s@home.test").addRecipient(recipient)
            .mimeMessage(new MimeMessage((Session) null,
                new ByteArrayInputStream("Subject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII)))).build();
        QueueTimes.delay(mail, delay, clock);
        return mail;
    }

    private void delay(DelayingQueue queue, String name, Duration delay, String recipient) throws Exception {
        queue.queue().enQueue(mail(name, delay, recipient), delay);
    }

    private List<String> names() {
        return taken.stream().map(item -> item.getMail().getName()).collect(Collectors.toList());
    }

    private long waiting(String which) {
        return queues.createQueue(MailQueueName.of("out-waiting-" + which), MailQueueFactory.defaultPrefetchCount()).getSize();
    }

    @Test
    void delaysOfOneMagnitudeWaitInOneQueueAndWhatIsDueInAnother() throws Exception {
        DelayingQueue queue = delaying(DelayingQueue.LONGEST_HOLD);
        for (Duration delay : List.of(Duration.ofMillis(1), Duration.ofSeconds(30), Duration.ofSeconds(31), Duration.ofMinutes(6),
            Duration.ofHours(4), Duration.ofDays(20))) {
            delay(queue, "m" + delay, delay, "x@a.test");
        }
        queue.queue().enQueue(mail("due", Duration.ZERO, "x@a.test"));
        assertThat(List.of(waiting("30s"), waiting("2m"), waiting("6m"), waiting("12m"), waiting("long"), ready.getSize()))
            .containsExactly(2L, 1L, 1L, 0L, 2L, 1L);
    }

    @Test
    void mailIsHeldForABoundedTimeAndGoesBackToItsPlaceUntilItIsDue() throws Exception {
        DelayingQueue queue = delaying(Duration.ofMillis(100));
        read(queue);
        delay(queue, "m", Duration.ofSeconds(2), "x@a.test");
        await().until(() -> names().equals(List.of("m")));
        assertThat(QueueTimes.early(taken.get(0).getMail(), clock)).isZero();
        assertThat(done.get("m")).hasSizeGreaterThan(1).containsOnly(CompletionStatus.RETRY);
        theContentOfWhatWentBackIsReleased();
    }

    /** A large message is a file, and a mail may go back every few minutes for days. */
    private void theContentOfWhatWentBackIsReleased() {
        await().untilAsserted(() -> assertThat(letGo).isNotEmpty().allSatisfy(mail -> assertThat(mail.getMessage()).isNull()));
    }

    @Test
    void manyMailsThatWaitAreLeftInTheirQueueAndKeepNothingThatIsDueWaiting() throws Exception {
        DelayingQueue queue = delaying(DelayingQueue.LONGEST_HOLD);
        for (int i = 0; i < 10 * WaitingQueue.WINDOW; i++) {
            delay(queue, "later" + i, Duration.ofHours(1), "x@a.test");
        }
        read(queue);
        queue.queue().enQueue(mail("due", Duration.ZERO, "x@a.test"));
        await().until(() -> names().equals(List.of("due")));
        assertThat(done).isEmpty();
    }

    @Test
    void mailThatAnEarlierVersionLeftAmongWhatIsDueIsMovedAndComesWhenItIsDue() throws Exception {
        DelayingQueue queue = delaying(DelayingQueue.LONGEST_HOLD);
        ready.enQueue(mail("left", Duration.ofSeconds(2), "x@a.test"));
        ready.enQueue(mail("for hours", Duration.ofHours(1), "x@a.test"));
        read(queue);
        await().until(() -> names().equals(List.of("left")));
        assertThat(QueueTimes.early(taken.get(0).getMail(), clock)).isZero();
        await().untilAsserted(() -> assertThat(done).isEqualTo(
            Map.of("left", List.of(CompletionStatus.SUCCESS), "for hours", List.of(CompletionStatus.SUCCESS))));
        assertThat(waiting("96m")).isEqualTo(1);
        theContentOfWhatWentBackIsReleased();
    }

    @Test
    void aRoundHandsOutWhatIsWantedWhetherHeldOrNotAndPutsTheRestBackOnce() throws Exception {
        DelayingQueue queue = delaying(DelayingQueue.LONGEST_HOLD);
        int each = 3 * WaitingQueue.WINDOW;
        for (int i = 0; i < each; i++) {
            delay(queue, "wanted" + i, Duration.ofHours(1), "x@wanted.test");
            delay(queue, "other" + i, Duration.ofHours(1), "x@other.test");
        }
        read(queue);
        // An order is about what was delayed before it, in milliseconds.
        long last = clock.millis();
        await().pollInterval(Duration.ofMillis(1)).until(() -> clock.millis() > last);
        queue.fetch("wanted.test");
        await().until(() -> taken.size() == each);
        assertThat(names()).allMatch(name -> name.startsWith("wanted")).doesNotHaveDuplicates();
        await().until(() -> done.size() == each);
        assertThat(done).allSatisfy((name, statuses) -> {
            assertThat(name).startsWith("other");
            assertThat(statuses).containsExactly(CompletionStatus.SUCCESS);
        });
        theContentOfWhatWentBackIsReleased();
    }

    @Test
    void whenJamesStopsNothingIsPutBackAnyMoreAndNothingIsTakenOut() throws Exception {
        DelayingQueue queue = delaying(DelayingQueue.LONGEST_HOLD);
        delay(queue, "held", Duration.ofHours(1), "x@other.test");
        ready.enQueue(mail("left", Duration.ofHours(1), "x@other.test"));
        putBacks.stop();
        read(queue);
        queue.queue().enQueue(mail("due", Duration.ZERO, "x@other.test"));
        await().until(() -> names().equals(List.of("due")));
        queue.fetch("wanted.test");
        assertThat(putBacks.areOver()).isTrue();
        assertThat(done).isEmpty();
        assertThat(waiting("96m")).isEqualTo(1);
    }

    @Test
    void whatIsDelayedAgainAfterTheOrderIsNotHandedOutAgain() throws Exception {
        DelayingQueue queue = delaying(DelayingQueue.LONGEST_HOLD);
        read(queue);
        queue.fetch("wanted.test");
        delay(queue, "again", Duration.ofHours(1), "x@wanted.test");
        queue.queue().enQueue(mail("due", Duration.ZERO, "x@wanted.test"));
        await().until(() -> names().equals(List.of("due")));
        assertThat(Set.copyOf(done.keySet())).isEmpty();
    }
}
