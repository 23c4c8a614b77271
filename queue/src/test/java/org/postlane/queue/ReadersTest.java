// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueue.MailQueueItem.CompletionStatus;
import org.apache.james.queue.api.ManageableMailQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

class ReadersTest {
    @TempDir
    private Path directory;
    private final TestClock clock = new TestClock();
    private RocksDbMailQueueFactory factory;
    private ManageableMailQueue queue;

    /** A clock that is set. */
    private static final class TestClock extends Clock {
        private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            return now;
        }

        void advance(Duration time) {
            now = now.plus(time);
        }
    }

    /** A reader that asks only when told to. */
    private static final class Reader extends BaseSubscriber<MailQueueItem> {
        private final List<MailQueueItem> items = new CopyOnWriteArrayList<>();
        private final CountDownLatch complete = new CountDownLatch(1);

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // Asks for nothing yet.
        }

        @Override
        protected void hookOnNext(MailQueueItem item) {
            items.add(item);
        }

        @Override
        protected void hookOnComplete() {
            complete.countDown();
        }

        List<String> names() {
            return items.stream().map(item -> item.getMail().getName()).toList();
        }
    }

    @BeforeEach
    void open() {
        factory = Queues.open(directory, 0, clock);
        queue = factory.createQueue(Queues.SPOOL);
    }

    @AfterEach
    void close() {
        factory.close();
    }

    private Reader reader() {
        Reader reader = new Reader();
        queue.deQueue().subscribe(reader);
        return reader;
    }

    private void enQueue(int mails) throws Exception {
        for (int i = 0; i < mails; i++) {
            queue.enQueue(Queues.mail("m" + i));
        }
    }

    @Test
    void aReaderGetsWhatItAsksForAndNoMore() throws Exception {
        enQueue(5);
        Reader first = reader();
        first.request(1);
        first.request(1);
        await().until(() -> first.items.size() == 2);
        assertThat(Queues.deliver(queue, 3)).containsExactly("m2", "m3", "m4");
        assertThat(first.names()).containsExactly("m0", "m1");
    }

    @Test
    void oneReaderThatBlocksDoesNotKeepAnotherWaiting() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        Flux<MailQueueItem> blocking = Flux.<MailQueueItem>from(queue.deQueue()).doOnNext(item -> {
            try {
                blocked.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        var unused = blocking.subscribe();
        enQueue(3);
        assertThat(Queues.deliver(queue, 2)).hasSize(2);
        blocked.countDown();
    }

    @Test
    void severalReadersShareTheMailAndNoneGetsOneThatAnotherHas() throws Exception {
        List<Reader> readers = List.of(reader(), reader(), reader());
        readers.forEach(reader -> reader.request(Long.MAX_VALUE));
        enQueue(300);
        await().until(() -> readers.stream().mapToInt(reader -> reader.items.size()).sum() == 300);
        assertThat(readers.stream().flatMap(reader -> reader.names().stream())).doesNotHaveDuplicates();
    }

    @Test
    void whatAReaderHadAskedForWhenItLeftGoesToTheNext() throws Exception {
        Reader left = reader();
        left.request(5);
        left.cancel();
        enQueue(1);
        assertThat(Queues.deliver(queue, 1)).containsExactly("m0");
        assertThat(left.items).isEmpty();
    }

    @Test
    void aReaderIsCompleteWhenTheQueuesAreClosed() throws Exception {
        Reader reader = reader();
        reader.request(1);
        factory.close();
        assertThat(reader.complete.await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aDelayEndsWhenItsTimeHasComeByTheClock() throws Exception {
        queue.enQueue(Queues.mail("later"), Duration.ofDays(2));
        queue.enQueue(Queues.mail("sooner"), Duration.ofDays(1));
        Reader reader = reader();
        reader.request(2);
        clock.advance(Duration.ofDays(1));
        await().until(() -> reader.names().equals(List.of("sooner")));
        clock.advance(Duration.ofDays(1));
        await().until(() -> reader.names().equals(List.of("sooner", "later")));
    }

    @Test
    void aClockThatIsSetBackKeepsNoReadyMailWaiting() throws Exception {
        enQueue(2);
        clock.advance(Duration.ofDays(-1));
        queue.enQueue(Queues.mail("new"));
        MailQueueItem first = Queues.next(queue);
        first.done(CompletionStatus.RETRY);
        assertThat(Queues.deliver(queue, 3)).containsExactly("m1", "new", "m0");
    }

    @Test
    void aMailThatComesBackAgainAndAgainIsGivenOutAtOnceOnlyTheFirstTime() throws Exception {
        enQueue(1);
        Queues.next(queue).done(CompletionStatus.RETRY);
        Queues.next(queue).done(CompletionStatus.RETRY);
        assertThat(queue.browse().next().getNextDelivery().orElseThrow().toInstant()).isEqualTo(clock.instant().plusSeconds(1));
        clock.advance(Duration.ofSeconds(1));
        assertThat(Queues.deliver(queue, 1)).containsExactly("m0");
    }

    @Test
    void aRejectedMailIsKeptAndComesAgainLaterOrWithAFlush() throws Exception {
        enQueue(1);
        for (int minutes : List.of(1, 2, 4, 8, 8)) {
            Queues.next(queue).done(CompletionStatus.REJECT);
            assertThat(queue.browse().next().getNextDelivery().orElseThrow().toInstant())
                .isEqualTo(clock.instant().plusSeconds(60L * minutes));
            clock.advance(Duration.ofMinutes(minutes));
        }
        Queues.next(queue).done(CompletionStatus.REJECT);
        assertThat(queue.flush()).isEqualTo(1);
        assertThat(Queues.deliver(queue, 1)).containsExactly("m0");
    }

    @Test
    void whatWasRejectedIsCountedUntilItIsDone() throws Exception {
        enQueue(2);
        Queues.next(queue).done(CompletionStatus.REJECT);
        Queues.next(queue).done(CompletionStatus.REJECT);
        assertThat(factory.rejected()).isEqualTo(2);

        clock.advance(Duration.ofMinutes(1));
        MailQueueItem again = Queues.next(queue);
        assertThat(factory.rejected()).as("while it is tried").isEqualTo(2);
        again.done(CompletionStatus.REJECT);
        assertThat(factory.rejected()).as("a mail counts once").isEqualTo(2);

        Queues.next(queue).done(CompletionStatus.SUCCESS);
        assertThat(factory.rejected()).isEqualTo(1);
        assertThat(queue.clear()).isEqualTo(1);
        assertThat(factory.rejected()).isZero();
    }

    @Test
    void theEndWaitsForWhatIsInHandSoThatItIsNotDoneAgain() throws Exception {
        enQueue(1);
        MailQueueItem item = Queues.next(queue);
        Thread closing = new Thread(() -> factory.close(Duration.ofMinutes(5)));
        closing.start();
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        assertThatThrownBy(() -> Queues.open(directory)).as("still in use").isInstanceOf(IllegalStateException.class);

        item.done(CompletionStatus.SUCCESS);
        closing.join();
        open();
        assertThat(queue.getSize()).isZero();
    }

    @Test
    void whatIsNotDoneInTimeIsGivenOutAgainAfterTheRestart() throws Exception {
        enQueue(1);
        MailQueueItem item = Queues.next(queue);
        factory.close(Duration.ofMillis(100));
        open();

        assertThat(Queues.deliver(queue, 1)).containsExactly(item.getMail().getName());
    }

    @Test
    void onlyTheFirstWordAboutAMailCounts() throws Exception {
        enQueue(1);
        MailQueueItem item = Queues.next(queue);
        item.done(CompletionStatus.SUCCESS);
        item.done(CompletionStatus.RETRY);
        assertThat(queue.getSize()).isZero();
        assertThat(Queues.listed(queue)).isEmpty();
    }

    @Test
    void aMessageIsReadableUntilItsMailIsDone() throws Exception {
        enQueue(1);
        MailQueueItem item = Queues.next(queue);
        assertThat(Queues.contentOf(item.getMail())).isEqualTo(Queues.MESSAGE);
        assertThat(Queues.contentOf(item.getMail())).isEqualTo(Queues.MESSAGE);
        item.done(CompletionStatus.SUCCESS);
        assertThatThrownBy(() -> Queues.contentOf(item.getMail())).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void ordersAreAboutMailThatNobodyHasTaken() throws Exception {
        enQueue(3);
        MailQueueItem taken = Queues.next(queue);
        assertThat(Queues.listed(queue)).containsExactly("m1", "m2");
        assertThat(queue.remove(ManageableMailQueue.Type.Sender, "A@Sender.test")).isEqualTo(2);
        assertThat(queue.clear()).isZero();
        assertThat(queue.getSize()).isEqualTo(1);
        taken.done(CompletionStatus.RETRY);
        assertThat(Queues.deliver(queue, 1)).containsExactly("m0");
    }
}
