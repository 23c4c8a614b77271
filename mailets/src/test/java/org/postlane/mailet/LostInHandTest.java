// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

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
}
