// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.ManageableMailQueue;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.operations.MailFetch;
import org.postlane.testing.dns.DnsServer;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.HostBehaviour;

/** An administrator wants the delayed mail of one destination tried now, or that of the whole queue. */
class FlushTest {
    private static final int MAILS = 5;
    private static final MailQueueName OUTGOING = MailQueueName.of("outgoing");
    private static final HostBehaviour LATER = HostBehaviour.healthy().rcpt("450 4.2.0 Later");

    @TempDir
    private Path directory;
    private final DnsServer dns = DnsServer.start();
    private final FleetDelivery net = new FleetDelivery(dns);
    private final FleetHost wanted = net.fleet.host("127.1.0.1").behave(LATER);
    private final FleetHost other = net.fleet.host("127.1.0.2").behave(LATER);
    private Optional<DurableQueues> durable = Optional.empty();
    private ManageableMailQueue queue;

    /** Queues that hold mail back, and hand it out when they are flushed. */
    enum Queue { MEMORY, ACTIVEMQ }

    FlushTest() {
        dns.a("mx1.provider.test", wanted.address()).a("mx.other.test", other.address()).mx("other.test", 10, "mx.other.test")
            .mx("wanted.test", 10, "mx1.provider.test").mx("alike.test", 10, "mx1.provider.test");
    }

    @AfterEach
    void close() throws Exception {
        net.close();
        if (durable.isPresent()) {
            durable.get().close();
        }
        dns.close();
    }

    private void start(Queue kind, String... parameters) throws Exception {
        if (kind == Queue.ACTIVEMQ) {
            durable = Optional.of(new DurableQueues(directory));
        }
        MailQueueFactory<?> factory = durable.<MailQueueFactory<?>>map(DurableQueues::factory)
            .orElseGet(() -> new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory(), Clock.systemUTC()));
        queue = (ManageableMailQueue) factory.createQueue(OUTGOING);
        net.delivery.factory = factory;
        net.start(parameters);
    }

    private Map<String, Map<AttributeName, Long>> delayed() throws Exception {
        Map<String, Map<AttributeName, Long>> all = new TreeMap<>();
        queue.browse().forEachRemaining(view -> {
            Mail mail = view.getMail();
            Map<AttributeName, Long> attributes = new HashMap<>();
            attributes.put(QueueTimes.NEXT_ATTEMPT_AT,
                AttributeUtils.getValueAndCastFromMail(mail, QueueTimes.NEXT_ATTEMPT_AT, Long.class).orElse(0L));
            attributes.put(DeliveryRetriesHelper.DELIVERY_RETRY_COUNT, (long) DeliveryRetriesHelper.retrieveRetries(mail));
            all.put(mail.getName(), attributes);
        });
        return all;
    }

    private void deferMailOfBoth() throws Exception {
        for (int i = 0; i < MAILS; i++) {
            net.send("wanted" + i, "x@wanted.test");
            net.send("other" + i, "x@other.test");
        }
        eventually().until(() -> delayed().values().stream()
            .filter(mail -> mail.get(DeliveryRetriesHelper.DELIVERY_RETRY_COUNT) == 1).count() == 2 * MAILS);
    }

    @ParameterizedTest
    @EnumSource(Queue.class)
    void theDelayedMailOfAFlushedDestinationIsTriedNowAndThatOfOthersWaitsOnUntouched(Queue kind) throws Exception {
        start(kind, "delayTime", "3 hours");
        deferMailOfBoth();
        Map<String, Map<AttributeName, Long>> before = delayed();
        before.keySet().removeIf(name -> name.startsWith("wanted"));
        wanted.behave(HostBehaviour.healthy());
        other.behave(HostBehaviour.healthy());

        assertThat(net.delivery.destinations.flush(OUTGOING, "wanted.test")).contains(MailFetch.QUEUE_FLUSH);

        eventually().until(() -> wanted.taken() == MAILS && delayed().size() == MAILS);
        assertThat(delayed()).isEqualTo(before);
        assertThat(other.taken()).isZero();
        // An administrator who flushes the queue itself, by James' own webadmin, means all of it.
        queue.flush();
        net.everythingArrivesOnce();
        assertThat(net.delivery.context.reports).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Queue.class)
    void aFlushedDestinationThatStillDefersGetsOneAttemptForEachFlush(Queue kind) throws Exception {
        start(kind, "delayTime", "3 hours");
        deferMailOfBoth();
        for (long flush = 1; flush <= 2; flush++) {
            long attempts = 1 + flush;
            assertThat(net.delivery.destinations.flush(OUTGOING, "wanted.test")).isPresent();
            eventually().until(() -> delayed().entrySet().stream().filter(mail -> mail.getKey().startsWith("wanted"))
                .filter(mail -> mail.getValue().get(DeliveryRetriesHelper.DELIVERY_RETRY_COUNT) == attempts).count() == MAILS);
        }
        eventually().until(() -> delayed().size() == 2 * MAILS);
        assertThat(delayed()).allSatisfy((name, attributes) ->
            assertThat(attributes.get(DeliveryRetriesHelper.DELIVERY_RETRY_COUNT)).isEqualTo(name.startsWith("wanted") ? 3 : 1));
    }

    @ParameterizedTest
    @EnumSource(Queue.class)
    void aProviderIsFlushedWithAllDomainsThatItsServersServe(Queue kind) throws Exception {
        start(kind, "delayTime", "3 hours", "destinationConcurrency", "mx:*.provider.test=5");
        deferMailOfBoth();
        net.send("alike", "x@alike.test");
        eventually().until(() -> delayed().size() == 2 * MAILS + 1);
        wanted.behave(HostBehaviour.healthy());
        other.behave(HostBehaviour.healthy());

        assertThat(net.delivery.destinations.flush(OUTGOING, "mx:*.provider.test")).isPresent();

        eventually().until(() -> wanted.taken() == MAILS + 1 && delayed().size() == MAILS);
        assertThat(other.taken()).isZero();
    }
}
