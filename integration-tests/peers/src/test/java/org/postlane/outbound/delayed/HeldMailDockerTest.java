// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.delayed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.mail.Session;
import javax.mail.internet.MimeMessage;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueue.MailQueueItem.CompletionStatus;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueItemDecoratorFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.operations.CriticalStates;
import org.postlane.outbound.settlement.StepRunner;
import org.postlane.outbound.settlement.Unsettled;
import org.postlane.peers.RabbitBroker;
import org.postlane.peers.RabbitQueues;
import org.postlane.testing.docker.RequiresDocker;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** A broker takes back what is held for too long: mail that waits is given back before, and keeps its place. */
@RequiresDocker
class HeldMailDockerTest {
    @TempDir
    private Path directory;
    private final Clock clock = Clock.systemUTC();
    private final List<String> given = new CopyOnWriteArrayList<>();
    private final List<MailQueueItem> due = new CopyOnWriteArrayList<>();

    /** Notes what becomes of each item that the broker gave. */
    private MailQueueItemDecoratorFactory.MailQueueItemDecorator noting(MailQueueItem item, MailQueueName queue) {
        return new MailQueueItemDecoratorFactory.MailQueueItemDecorator(item) {
            @Override
            public Mail getMail() {
                return mailQueueItem.getMail();
            }

            @Override
            public void done(CompletionStatus success) throws MailQueue.MailQueueException {
                given.add(getMail().getName() + " " + success);
                mailQueueItem.done(success);
            }
        };
    }

    @Test
    void noMailIsHeldForLongerThanTheLimitAndWhatWaitsKeepsItsOrder() throws Exception {
        try (RabbitBroker broker = RabbitBroker.start(directory);
             RabbitQueues queues = new RabbitQueues(broker, new RabbitQueues.Contents(), this::noting)) {
            ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
            StepRunner steps = new StepRunner(threads, threads, () -> false,
                new CriticalStates(clock).watch("cannot be settled", Duration.ofMinutes(1)), new Unsettled());
            FlushOrders orders = new FlushOrders(clock, (mail, names) -> CompletableFuture.completedFuture(false));
            MailQueue ready = queues.factory().createQueue(MailQueueName.of("held"), MailQueueFactory.prefetchCount(100));
            DelayingQueue queue = DelayingQueue.around(ready, queues.factory(), clock, threads, threads, steps, orders,
                new PutBacks(() -> { }), Duration.ofSeconds(1));
            delay(queue, "first", Duration.ofSeconds(8));
            delay(queue, "second", Duration.ofSeconds(9));
            Disposable reading = Flux.from(queue.queue().deQueue()).subscribe(item -> {
                assertThat(QueueTimes.early(item.getMail(), clock)).isZero();
                due.add(item);
            });
            await().atMost(Duration.ofMinutes(1)).until(() -> due.size() == 2);
            assertThat(due).extracting(item -> item.getMail().getName()).containsExactly("first", "second");
            // Eight seconds by one at a time.
            assertThat(given.stream().filter("first RETRY"::equals)).hasSizeBetween(3, 8);
            assertThat(given).allMatch(what -> what.endsWith(CompletionStatus.RETRY.name()));
            for (MailQueueItem item : due) {
                item.done(CompletionStatus.SUCCESS);
            }
            reading.dispose();
            await().until(() -> queues.ready("held-waiting-30s") == 0 && queues.ready("held") == 0);
            threads.shutdownNow();
        }
    }

    private void delay(DelayingQueue queue, String name, Duration delay) throws Exception {
        MailImpl mail = MailImpl.builder().name(name).sender("s@home.test").addRecipient("x@a.test").state("root")
            .mimeMessage(new MimeMessage((Session) null,
                new ByteArrayInputStream("Subject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII)))).build();
        QueueTimes.delay(mail, delay, clock);
        queue.queue().enQueue(mail, delay);
    }
}
