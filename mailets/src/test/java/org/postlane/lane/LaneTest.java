// SPDX-License-Identifier: Apache-2.0
package org.postlane.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.lane.TestLanes.EXTERNAL;
import static org.postlane.lane.TestLanes.LOCAL;
import static org.postlane.lane.TestLanes.mail;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.mail.MessagingException;

import org.apache.james.metrics.api.Gauge;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem.CompletionStatus;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.mailet.Mail;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.james.StopTime;
import org.postlane.mailet.DeliverByType;
import org.postlane.queues.LosableItems;
import org.postlane.queues.rabbitmq.QueuesWithoutDelays;
import org.postlane.recipient.RecipientType;

class LaneTest {
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger runs = new AtomicInteger();
    private TestLanes lanes;

    @BeforeEach
    void setUp() throws Exception {
        lanes = new TestLanes();
    }

    @AfterEach
    void tearDown() {
        release.countDown();
        lanes.lanes.close();
    }

    private void hold(Mail mail) throws MessagingException {
        running.incrementAndGet();
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new MessagingException("interrupted", e);
        } finally {
            running.decrementAndGet();
        }
    }

    private void fail(int times) throws MessagingException {
        if (runs.incrementAndGet() <= times) {
            throw new MessagingException("run " + runs + " fails");
        }
    }

    private void send(DeliverByType mailet, int mails) throws Exception {
        for (int i = 0; i < mails; i++) {
            mailet.service(mail("Mail" + i, List.of(LOCAL)));
        }
    }

    @Test
    void nothingIsProcessedBeforeJamesHasStarted() throws Exception {
        CountDownLatch polled = new CountDownLatch(3);
        Lanes notStarted = new Lanes(lanes.queues, () -> lanes, () -> {
            polled.countDown();
            return lanes.started;
        }, lanes.directory.metrics, new NoopGaugeRegistry(), lanes.stopTime, lanes.queues.clock);
        lanes.started = false;
        try {
            DeliverByType mailet =
                new DeliverByType(lanes.directory.classifier(), lanes.directory.relayDomains, notStarted, lanes.queues);
            mailet.init(FakeMailetConfig.builder().mailetName("DeliverByType").build());
            send(mailet, 1);
            polled.await();
            assertThat(lanes.deliveries).isEmpty();
            assertThat(lanes.queues.memory("lane-local").getSize()).isEqualTo(1);

            lanes.started = true;
            lanes.awaitDeliveries("local-delivery[ann@example.org]");
        } finally {
            notStarted.close();
        }
    }

    @Test
    void aQueueThatCannotBeOpenedAtTheStartIsOpenedLater() throws Exception {
        lanes.queues.memory("lane-local").enQueue(mail("waiting", List.of(LOCAL)));
        lanes.queues.refuseToOpen(7);
        lanes.mailet();

        lanes.awaitDeliveries("transport[ann@example.org]");
    }

    @Test
    void aQueueThatFailsWhileItIsReadIsReadAgain() throws Exception {
        lanes.queues.failToRead(5);
        send(lanes.mailet(), 3);

        await().until(() -> lanes.count("local", "processed") == 3);
    }

    @Test
    void theDepthOfTheQueueIsShown() throws Exception {
        MemoryMailQueueFactory queues = new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory());
        MailQueue queue = queues.createQueue(MailQueueName.of("lane-local"));
        queue.enQueue(mail("first", List.of(LOCAL)));
        queue.enQueue(mail("second", List.of(LOCAL)));
        Map<String, Gauge<?>> gauges = new ConcurrentHashMap<>();
        Lanes own = new Lanes(queues, () -> this::hold, () -> true, lanes.directory.metrics, new NoopGaugeRegistry() {
            @Override
            public <T> NoopGaugeRegistry register(String name, Gauge<T> gauge) {
                gauges.put(name, gauge);
                return this;
            }
        }, lanes.stopTime, lanes.queues.clock);
        try {
            own.declare(List.of(LaneSettings.defaults(RecipientType.LOCAL)));

            await().until(() -> gauges.containsKey("postlane.lane-local.depth"));
            // Counted in the background once it was asked for, and those under way with the others.
            await().until(() -> gauges.get("postlane.lane-local.depth").get().equals(2L));
        } finally {
            release.countDown();
            own.close();
        }
    }

    @Test
    void whatOthersHaveIsNotProcessed() throws Exception {
        LosableItems items = new LosableItems(mail -> mail.getName().equals("lost"));
        MemoryMailQueueFactory queues = new MemoryMailQueueFactory(items);
        MailQueue queue = queues.createQueue(MailQueueName.of("lane-local"));
        queue.enQueue(mail("lost", List.of(LOCAL)));
        queue.enQueue(mail("kept", List.of(LOCAL)));
        Lanes own = new Lanes(queues, () -> lanes, () -> true, lanes.directory.metrics, new NoopGaugeRegistry(),
            lanes.stopTime, lanes.queues.clock);
        try {
            own.declare(List.of(LaneSettings.defaults(RecipientType.LOCAL)));

            await().until(() -> items.given.size() == 2 && items.given.stream().noneMatch(item -> item.told.isEmpty()));
            assertThat(items.of("lost").told).containsExactly(CompletionStatus.RETRY);
            assertThat(items.of("kept").told).containsExactly(CompletionStatus.SUCCESS);
            assertThat(lanes.deliveries).extracting(delivery -> delivery.name).containsExactly("kept");
        } finally {
            own.close();
        }
    }

    @Test
    void noMoreMailsAreProcessedAtATimeThanTheLaneHasSlots() throws Exception {
        lanes.onProcessor("local-delivery", this::hold);
        send(lanes.mailet("localConcurrency", "2", "localTimeout", "20 min"), 6);

        await().until(() -> running.get() == 2);
        await().during(Duration.ofMillis(200)).until(() -> running.get() == 2);
        release.countDown();
        await().until(() -> lanes.count("local", "processed") == 6);
    }

    @Test
    void oneMailThatHangsLendsItsSlotAndIsNeitherInterruptedNorRepeated() throws Exception {
        lanes.onProcessor("local-delivery", mail -> {
            if (mail.getName().startsWith("Mail0")) {
                hold(mail);
            }
        });
        // Long enough for the others never to be taken for ones that hang.
        send(lanes.mailet("localConcurrency", "1", "localTimeout", "3 s"), 5);

        await().until(() -> lanes.count("local", "processed") == 4);
        assertThat(lanes.count("local", "stuck")).isEqualTo(1);
        assertThat(running).hasValue(1);
        release.countDown();
        await().until(() -> lanes.count("local", "processed") == 5);
        assertThat(lanes.deliveries).hasSize(5);
        assertThat(lanes.count("local", "failed")).isZero();
    }

    @Test
    void noMoreSlotsAreLentThanThereAre() throws Exception {
        lanes.onProcessor("local-delivery", this::hold);
        send(lanes.mailet("localConcurrency", "2", "localTimeout", "100 ms"), 8);

        await().until(() -> lanes.count("local", "stuck") == 4);
        await().during(Duration.ofMillis(300)).until(() -> running.get() == 4);
        release.countDown();
        await().until(() -> lanes.count("local", "processed") == 8);
    }

    @Test
    void aLaneWhoseProcessorThrowsKeepsItsMail() throws Exception {
        lanes.onProcessor("local-delivery", mail -> fail(3));
        send(lanes.mailet(), 1);

        lanes.awaitDeliveries("local-delivery[ann@example.org]");
        assertThat(lanes.queues.delays).extracting(Duration::toSeconds).containsExactly(10L, 20L, 40L);
        assertThat(lanes.count("local", "failed")).isEqualTo(3);
        assertThat(lanes.deliveries.get(0).copy.getAttribute(Bookkeeping.FAILURES)).isEmpty();
    }

    @Test
    void aProcessorThatChangedTheMailBeforeItThrewGetsItAsItWas() throws Exception {
        lanes.onProcessor("local-delivery", mail -> {
            assertThat(mail.getRecipients()).hasSize(1);
            mail.setRecipients(List.of());
            mail.setState("elsewhere");
            fail(1);
            throw new NoClassDefFoundError("which does not pass");
        });
        lanes.onProcessor("error", mail -> assertThat(mail.getRecipients()).hasSize(1));
        send(lanes.mailet(), 1);

        lanes.awaitDeliveries("error[ann@example.org]");
    }

    @Test
    void anErrorIsAFailureToo() throws Exception {
        lanes.onProcessor("local-delivery", mail -> {
            if (runs.incrementAndGet() == 1) {
                throw new NoClassDefFoundError("a mailet's library");
            }
        });
        send(lanes.mailet(), 1);

        lanes.awaitDeliveries("local-delivery[ann@example.org]");
    }

    @Test
    void aProcessorThatThrowsIsWaitedForAndAfterFiveDaysTheErrorProcessorHasTheMail() throws Exception {
        lanes.onProcessor("local-delivery", mail -> {
            lanes.queues.clock.jump(Duration.ofHours(1));
            fail(Integer.MAX_VALUE);
        });
        send(lanes.mailet(), 1);

        lanes.awaitDeliveries("error[ann@example.org]");
        // An hour and five minutes each, but for the first.
        assertThat(runs).hasValueBetween(110, 121);
        assertThat(lanes.deliveries.get(0).copy.getErrorMessage()).startsWith("451 4.3.0 ");
        assertThat(lanes.deliveries.get(0).copy.attributes()).noneMatch(attribute ->
            List.of(Bookkeeping.FAILURES, Bookkeeping.FAILING_SINCE).contains(attribute.getName()));
    }

    @Test
    void anErrorThatDoesNotPassIsMetFiveTimes() throws Exception {
        lanes.onProcessor("local-delivery", mail -> {
            runs.incrementAndGet();
            throw new NoClassDefFoundError("a mailet's library");
        });
        send(lanes.mailet(), 1);

        lanes.awaitDeliveries("error[ann@example.org]");
        assertThat(runs).hasValue(5);
    }

    @Test
    void whereTheErrorProcessorFailsTooTheMailStaysAndIsDeliveredInTheEnd() throws Exception {
        AtomicInteger errors = new AtomicInteger();
        lanes.onProcessor("local-delivery", mail -> {
            if (runs.get() == 4) {
                lanes.queues.clock.jump(Duration.ofDays(5));
            }
            fail(7);
        });
        lanes.onProcessor("error", mail -> {
            errors.incrementAndGet();
            throw new MessagingException("no error processor either");
        });
        send(lanes.mailet(), 1);

        lanes.awaitDeliveries("local-delivery[ann@example.org]");
        assertThat(lanes.queues.delays).extracting(Duration::toSeconds).containsExactly(10L, 20L, 40L, 80L, 160L, 300L, 300L);
        assertThat(errors).hasValue(3);
    }

    @Test
    void onAQueueThatIgnoresDelaysAMailThatIsNotDueDoesNotTurn() throws Exception {
        lanes.queues.jumps = false;
        lanes.onProcessor("local-delivery", mail -> fail(Integer.MAX_VALUE));
        send(lanes.mailet(), 1);

        await().until(() -> lanes.count("local", "failed") == 1);
        await().during(Duration.ofMillis(500)).until(() -> runs.get() == 1 && lanes.queues.delays.size() == 1);
    }

    @Test
    void onRabbitMqAMailThatIsPutOffWaitsBesideTheQueueAndItsSlotIsFree() throws Exception {
        QueuesWithoutDelays queues = new QueuesWithoutDelays();
        Lanes onRabbitMq = new Lanes(queues, () -> lanes, () -> true, lanes.directory.metrics, new NoopGaugeRegistry(),
            lanes.stopTime, Clock.systemUTC());
        lanes.onProcessor("external", mail -> {
            if (mail.getName().startsWith("bad")) {
                runs.incrementAndGet();
                throw new MessagingException("for days");
            }
        });
        try {
            DeliverByType mailet =
                new DeliverByType(lanes.directory.classifier(), lanes.directory.relayDomains, onRabbitMq, queues);
            mailet.init(FakeMailetConfig.builder().mailetName("DeliverByType").setProperty("externalConcurrency", "1").build());
            mailet.service(mail("bad", List.of(EXTERNAL)));
            await().until(() -> queues.memory("lane-external-waiting-30s").getSize() == 1
                && queues.memory("lane-external").getSize() == 0);
            mailet.service(mail("good", List.of(EXTERNAL)));

            lanes.awaitDeliveries("external[" + EXTERNAL + "]");
            assertThat(runs).hasValue(1);
            assertThat(queues.memory("lane-external-waiting-30s").getSize()).isEqualTo(1);
        } finally {
            onRabbitMq.close();
        }
    }

    @Test
    void theEndWaitsForWhatRunsAndLeavesTheRestInTheQueue() throws Exception {
        lanes.onProcessor("local-delivery", this::hold);
        ManageableMailQueue queue = lanes.queues.memory("lane-local");
        send(lanes.mailet("localConcurrency", "1", "localTimeout", "20 min"), 1);
        await().until(() -> running.get() == 1);

        Thread closing = new Thread(lanes.lanes::close);
        closing.start();
        await().until(this::isWaitingForTheEnd);
        queue.enQueue(mail("later", List.of(LOCAL)));
        release.countDown();
        closing.join();

        assertThat(lanes.count("local", "processed")).isEqualTo(1);
        assertThat(queue.getSize()).isEqualTo(1);
        lanes.lanes.close();
    }

    @Test
    void theEndWaitsForNothingOnceTheTimeOfTheStopIsUsedUp() throws Exception {
        AtomicLong now = new AtomicLong();
        StopTime used = new StopTime(Duration.ofHours(2), now::get);
        TestLanes own = new TestLanes(used);
        own.onProcessor("local-delivery", this::hold);
        send(own.mailet("localConcurrency", "1", "localTimeout", "20 min"), 1);
        await().until(() -> running.get() == 1);
        // Another part of James has had all of it.
        assertThat(used.leftForWhatRuns()).isPositive();
        now.addAndGet(Duration.ofHours(2).toNanos());

        own.lanes.close();
        assertThat(running).as("not interrupted").hasValue(1);
        release.countDown();
    }

    private boolean isWaitingForTheEnd() {
        return Thread.getAllStackTraces().entrySet().stream()
            .anyMatch(entry -> List.of(entry.getValue()).toString().contains("Lane.awaitEnd"));
    }

    @Test
    void lanesEndWithTheLastMailetThatDeclaredThem() throws Exception {
        DeliverByType first = lanes.mailet();
        DeliverByType second = lanes.mailet();
        first.destroy();
        first.destroy();
        send(second, 1);
        lanes.awaitDeliveries("local-delivery[ann@example.org]");

        second.destroy();
        ManageableMailQueue queue = lanes.queues.memory("lane-local");
        send(second, 1);
        assertThat(queue.getSize()).isEqualTo(1);
    }
}
