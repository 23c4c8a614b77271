// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem.CompletionStatus;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postlane.queues.LosableItems;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.HostBehaviour;

/** Mail in hand that its queue has given to others: what has not begun is left to them, and what has begun is ended. */
class LostInHandTest {
    private final FleetDelivery net = new FleetDelivery();
    private final LosableItems items = new LosableItems();
    private final MemoryMailQueueFactory queues = new MemoryMailQueueFactory(items);
    private final FleetHost host = net.host(0);

    @BeforeEach
    void takeFromAQueueThatLosesItems() {
        net.delivery.factory = queues;
    }

    @AfterEach
    void close() {
        net.close();
    }

    private static String recipient(String name) {
        return name + "@" + FleetNames.domain(0);
    }

    private void send(String name) throws Exception {
        net.delivery.send(name, recipient(name));
    }

    private void losesAllInItsTransaction(String reply) {
        host.behave(HostBehaviour.healthy().rcpt(any -> {
            items.given.forEach(LosableItems.Item::lose);
            return reply;
        }));
    }

    private void isOutOfTheHand(String name) {
        eventually().until(() -> items.given.stream().anyMatch(item -> item.getMail().getName().equals(name))
            && net.delivery.gauges.get("postlane.queue.outgoing.inHand").get().equals(0));
    }

    @Test
    void whatWaitsForItsTurnIsNotSent() throws Exception {
        net.start("rates", FleetNames.domain(0) + "=1/s");
        send("first");
        eventually().until(() -> host.taken() == 1);
        send("second");
        send("third");
        eventually().until(() -> items.given.size() == 3);
        items.of("second").lose();

        eventually().until(() -> items.of("third").told.contains(CompletionStatus.SUCCESS));
        isOutOfTheHand("second");
        assertThat(host.taken()).isEqualTo(2);
        assertThat(items.of("second").told).isEmpty();
    }

    @Test
    void whatIsPutOffInItsTransactionIsNotQueuedAnew() throws Exception {
        losesAllInItsTransaction("450 4.2.0 later");
        net.start();
        send("later");

        isOutOfTheHand("later");
        assertThat(net.delivery.metrics.countFor("postlane.outbound.deferred")).isEqualTo(1);
        assertThat(items.of("later").told).isEmpty();
        assertThat(queues.createQueue(MailQueueName.of("outgoing")).browse().hasNext()).isFalse();
    }

    @Test
    void whatIsRefusedInItsTransactionIsReportedByOthers() throws Exception {
        losesAllInItsTransaction("550 5.1.1 nobody");
        net.start();
        send("nobody");

        isOutOfTheHand("nobody");
        assertThat(items.of("nobody").told).isEmpty();
        assertThat(net.delivery.context.reports).isEmpty();
    }

    @Test
    void whatArrivesInItsTransactionIsTakenOutOfTheQueue() throws Exception {
        losesAllInItsTransaction("250 2.1.5 ok");
        net.start();
        send("arrives");

        isOutOfTheHand("arrives");
        assertThat(host.taken()).isEqualTo(1);
        assertThat(items.of("arrives").told).containsExactly(CompletionStatus.SUCCESS);
    }

    @Test
    void whatArrivesIsTakenOutOfTheQueueBeforeItIsHandedOnWhichMayTakeAsLongAsTheOutage() throws Exception {
        losesAllInItsTransaction("250 2.1.5 ok");
        List<List<CompletionStatus>> toldBefore = new CopyOnWriteArrayList<>();
        net.delivery.context.refuses = name -> {
            toldBefore.add(List.copyOf(items.of("arrives").told));
            return toldBefore.size() < 2;
        };
        List<String> contents = new CopyOnWriteArrayList<>();
        net.delivery.context.processor = (state, mail) -> contents.add(mail.getName() + " " + mail.getMessage().getContent());
        net.start("onSuccess", "archive");
        send("arrives");

        isOutOfTheHand("arrives");
        assertThat(toldBefore).hasSize(2).containsOnly(List.of(CompletionStatus.SUCCESS));
        assertThat(items.of("arrives").told).containsExactly(CompletionStatus.SUCCESS);
        assertThat(contents).containsExactly("arrives Hello\r\n");
    }

    /** Its queue gives it out again, to the same process. */
    private void comesAgain(String name) {
        LosableItems.Item first = items.of(name);
        // Before it is there again: to a node that has not lost its connection a broker gives nothing twice.
        first.lose();
        try {
            queues.createQueue(MailQueueName.of("outgoing")).enQueue(first.getMail());
        } catch (MailQueue.MailQueueException e) {
            throw new IllegalStateException(e);
        }
        eventually().until(() -> items.given.size() == 2);
    }

    @Test
    void whatComesAgainWhileItIsBeingDeliveredIsNotSentAgain() throws Exception {
        AtomicBoolean again = new AtomicBoolean();
        CountDownLatch isThere = new CountDownLatch(1);
        host.behave(HostBehaviour.healthy().rcpt(any -> {
            if (again.compareAndSet(false, true)) {
                comesAgain("twice");
                isThere.countDown();
            }
            return "250 2.1.5 ok";
        }));
        net.start("onSuccess", "archive");
        send("twice");

        assertThat(isThere.await(1, TimeUnit.MINUTES)).isTrue();
        LosableItems.Item second = items.of("twice");
        eventually().until(() -> second.told.contains(CompletionStatus.SUCCESS));
        isOutOfTheHand("twice");
        assertThat(host.taken()).isEqualTo(1);
        assertThat(net.delivery.context.sentTo("archive")).hasSize(1);
    }

    @Test
    void whatComesAgainWhileItIsPutOffIsTriedByWhoHasIt() throws Exception {
        AtomicBoolean again = new AtomicBoolean();
        host.behave(HostBehaviour.healthy().rcpt(any -> {
            if (again.compareAndSet(false, true)) {
                comesAgain("later");
                return "450 4.2.0 later";
            }
            return "250 2.1.5 ok";
        }));
        net.start();
        send("later");

        eventually().until(() -> items.given.size() == 2);
        LosableItems.Item second = items.of("later");
        eventually().until(() -> second.told.contains(CompletionStatus.SUCCESS));
        assertThat(host.taken()).isEqualTo(1);
        assertThat(items.given.get(0).told).isEmpty();
    }
}
