// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.reply;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.memory.MemoryDomainList;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.transport.mailets.RemoteDelivery;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Mail;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** What Postlane left in a queue that lasts, in the hands of James' own RemoteDelivery. */
class BackToStockTest {
    private static final String LATER = "451 4.7.1 later";
    /** A retry comes when somebody flushes the queue. */
    private static final String DELAY = "600000";

    @TempDir
    private Path directory;

    /** A mail that waits. */
    private record Waiting(List<String> recipients, int retries) {
    }

    private interface Phase {
        void run(DurableQueues queues) throws Exception;
    }

    /** A James of its own, on the same queues. */
    private void james(Phase phase) throws Exception {
        try (DurableQueues queues = new DurableQueues(directory)) {
            phase.run(queues);
        }
    }

    private static ManageableMailQueue outgoing(DurableQueues queues) {
        return (ManageableMailQueue) queues.factory()
            .createQueue(MailQueueName.of("outgoing"), MailQueueFactory.defaultPrefetchCount());
    }

    private static List<Waiting> waiting(DurableQueues queues) throws Exception {
        List<Waiting> found = new ArrayList<>();
        ManageableMailQueue.MailQueueIterator items = outgoing(queues).browse();
        try {
            while (items.hasNext()) {
                Mail mail = items.next().getMail();
                found.add(new Waiting(mail.getRecipients().stream().map(MailAddress::asString).sorted().toList(),
                    DeliveryRetriesHelper.retrieveRetries(mail)));
                LifecycleUtil.dispose(mail);
            }
        } finally {
            items.close();
        }
        return found;
    }

    private static Delivery postlane(DurableQueues queues, SmtpServer a, SmtpServer b, String... parameters) throws Exception {
        Delivery delivery = new Delivery().domain("a.test", a).domain("b.test", b);
        delivery.factory = queues.factory();
        List<String> all = new ArrayList<>(List.of("delayTime", DELAY, "bounceProcessor", "failed"));
        all.addAll(List.of(parameters));
        delivery.start(all.toArray(String[]::new));
        return delivery;
    }

    /** James' own, until what it was given is done. */
    private static RecordingContext stock(DurableQueues queues, SmtpServer a, SmtpServer b) throws Exception {
        try (Delivery surroundings = new Delivery().domain("a.test", a).domain("b.test", b)) {
            RemoteDelivery stock = new RemoteDelivery(surroundings.records, new MemoryDomainList(surroundings.records),
                queues.factory(), surroundings.metrics);
            outgoing(queues).flush();
            stock.init(FakeMailetConfig.builder().mailetName("RemoteDelivery")
                .mailetContext(surroundings.context.context()).setProperty("heloName", "home.test")
                .setProperty("delayTime", DELAY).setProperty("maxRetries", "1")
                .setProperty("bounceProcessor", "failed").build());
            try {
                eventually().until(() -> outgoing(queues).getSize() == 0);
            } finally {
                stock.destroy();
            }
            return surroundings.context;
        }
    }

    @Test
    void stockCountsOnFromTheAttemptsThatWereMade() throws Exception {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().rcpt(reply(LATER)))) {
            james(queues -> {
                try (Delivery delivery = postlane(queues, server, server)) {
                    delivery.send("mail", "x@a.test");
                    eventually().untilAsserted(() ->
                        assertThat(waiting(queues)).containsExactly(new Waiting(List.of("x@a.test"), 1)));
                }
            });
            james(queues -> assertThat(stock(queues, server, server).sentTo("failed")).hasSize(1));
            assertThat(server.statistics().commands("RCPT")).isEqualTo(2);
        }
    }

    @Test
    void mailToSeveralDomainsIsDividedBeforeAndEachPartGoesToItsOwnServer() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt(reply(LATER));
        try (SmtpServer a = SmtpServer.with(behaviour); SmtpServer b = SmtpServer.with(behaviour)) {
            james(queues -> {
                try (Delivery delivery = postlane(queues, a, b)) {
                    delivery.send("old", "x@a.test", "y@b.test", "z@a.test");
                    eventually().untilAsserted(() -> assertThat(waiting(queues))
                        .containsExactly(new Waiting(List.of("x@a.test", "y@b.test", "z@a.test"), 1)));
                }
            });
            james(queues -> {
                outgoing(queues).flush();
                try (Delivery delivery = postlane(queues, a, b, "entryPerDomain", "true")) {
                    delivery.send("new", "v@a.test", "w@b.test");
                    eventually().untilAsserted(() -> assertThat(waiting(queues)).containsExactlyInAnyOrder(
                        new Waiting(List.of("x@a.test", "z@a.test"), 2), new Waiting(List.of("y@b.test"), 2),
                        new Waiting(List.of("v@a.test"), 1), new Waiting(List.of("w@b.test"), 1)));
                }
            });
            behaviour.clear();
            james(queues -> assertThat(stock(queues, a, b).sentTo("failed")).isEmpty());
            assertThat(a.received()).extracting(mail -> Set.copyOf(mail.recipientAddresses()))
                .containsExactlyInAnyOrder(Set.of("x@a.test", "z@a.test"), Set.of("v@a.test"));
            assertThat(b.received()).extracting(mail -> Set.copyOf(mail.recipientAddresses()))
                .containsExactlyInAnyOrder(Set.of("y@b.test"), Set.of("w@b.test"));
        }
    }
}
