// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.apache.james.queue.api.MailQueueName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.guice.cluster.ClusterQueues;
import org.postlane.outbound.operations.MailFetch;
import org.postlane.peers.RabbitBroker;
import org.postlane.peers.RabbitQueues;
import org.postlane.testing.dns.DnsServer;
import org.postlane.testing.docker.RequiresDocker;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.HostBehaviour;

/** James' RabbitMQ queue, which ignores delays, with a real broker: mail backs off all the same, and none waits for another. */
@RequiresDocker
class RabbitMqDockerTest {
    /** The clock of a mail's time counts milliseconds. */
    private static final Duration TICK = Duration.ofMillis(2);

    private static final List<String> WAITING = List.of("30s", "2m", "6m", "12m", "24m", "48m", "96m", "192m", "long");

    /** Most that is taken out of a queue in which mail waits. */
    private static final int HELD = 32;

    @TempDir
    private static Path directory;
    private static RabbitBroker broker;

    private final RabbitQueues.Contents contents = new RabbitQueues.Contents();
    private final DnsServer dns = DnsServer.start();
    private final Map<String, List<Long>> tries = new ConcurrentHashMap<>();
    private String outgoing;
    private RabbitQueues queues;
    private FleetDelivery net;

    @BeforeAll
    static void startBroker() {
        broker = RabbitBroker.start(directory);
    }

    @AfterAll
    static void stopBroker() {
        if (broker != null) {
            broker.close();
        }
    }

    @BeforeEach
    void connect(TestInfo test) {
        outgoing = test.getTestMethod().orElseThrow().getName();
        queues = new RabbitQueues(broker, contents);
        net = new FleetDelivery(dns);
        net.delivery.factory = queues.factory();
    }

    @AfterEach
    void close() {
        net.close();
        queues.close();
        dns.close();
    }

    private void start(String... parameters) throws Exception {
        List<String> all = new ArrayList<>(List.of("outgoing", outgoing));
        all.addAll(List.of(parameters));
        net.start(all.toArray(String[]::new));
    }

    private FleetHost host(String domain, String address) {
        dns.a("mx." + domain, address).mx(domain, 10, "mx." + domain);
        return net.fleet.host(address);
    }

    /** Defers each recipient until it has been tried so often, and notes when that was. */
    private HostBehaviour deferring(int times) {
        return HostBehaviour.healthy().rcpt(recipient -> {
            List<Long> at = tries.computeIfAbsent(recipient, key -> new CopyOnWriteArrayList<>());
            at.add(System.nanoTime());
            return at.size() > times ? "250 2.1.5 ok" : "450 4.2.0 Later";
        });
    }

    private int triesOfAll() {
        return tries.values().stream().mapToInt(List::size).sum();
    }

    private void areNoCloserThan(Duration delay, List<Long> at) {
        for (int i = 1; i < at.size(); i++) {
            assertThat(Duration.ofNanos(at.get(i) - at.get(i - 1)).plus(TICK)).as("from try %d to the next", i)
                .isGreaterThanOrEqualTo(delay);
        }
    }

    private int ready() {
        return queues.ready(outgoing);
    }

    private int waiting(String which) {
        return queues.ready(outgoing + "-waiting-" + which);
    }

    /** All have been deferred once and wait, all but those that are held until they are due in the broker alone. */
    private void waitsAlmostAll(int mails) {
        eventually().untilAsserted(() -> {
            assertThat(counted("deferred")).as("deferred; %s", standing()).isEqualTo(mails);
            assertThat(ready()).as("in the queue of due mail; %s", standing()).isZero();
            assertThat(waiting("192m")).as("waiting; %s", standing()).isBetween(mails - HELD, mails);
        });
    }

    private int counted(String what) {
        return net.delivery.metrics.countFor("postlane.outbound." + what);
    }

    /** Where mail may be that is not where a test expects it. */
    private String standing() {
        return triesOfAll() + " tries, " + counted("attempts") + " attempts, " + counted("handedBack") + " handed back, waiting: "
            + WAITING.stream().map(which -> which + " " + waiting(which)).collect(joining(", ")) + ", "
            + net.delivery.destinations.list().get(MailQueueName.of(outgoing));
    }

    private Map<String, Integer> triesByRecipient() {
        return tries.entrySet().stream().collect(toMap(Map.Entry::getKey, entry -> entry.getValue().size()));
    }

    @Test
    void deferredMailBacksOffAlthoughTheBrokerIgnoresDelays() throws Exception {
        FleetHost host = host("later.test", "127.1.0.1");
        host.behave(deferring(3));
        start("delayTime", "2 seconds", "maxRetries", "5");
        for (int i = 0; i < 50; i++) {
            net.send("m" + i, i + "@later.test");
        }
        net.everythingArrivesOnce();
        assertThat(tries).hasSize(50).allSatisfy((recipient, at) -> {
            assertThat(at).hasSize(4);
            areNoCloserThan(Duration.ofSeconds(2), at);
        });
        assertThat(net.delivery.context.reports).isEmpty();
        net.delivery.close();
        // With the consumer gone, whatever was not settled would be there again.
        eventually().until(() -> ready() + waiting("30s") == 0);
    }

    @Test
    void aConsumerThatRestartsWhileMailWaitsLosesNoneAndTriesNoneEarly() throws Exception {
        Duration delay = Duration.ofSeconds(25);
        FleetHost host = host("later.test", "127.1.0.1");
        host.behave(deferring(1));
        start("delayTime", delay.toSeconds() + " seconds");
        // More than are held at a time.
        for (int i = 0; i < 100; i++) {
            net.delivery.send("m" + i, i + "@later.test");
        }
        eventually().until(() -> triesOfAll() == 100 && ready() == 0 && waiting("30s") == 100 - HELD);
        net.delivery.close();
        queues.close();
        int before = triesOfAll();

        RabbitQueues again = new RabbitQueues(broker, contents);
        Delivery delivery = new Delivery();
        try {
            queues = again;
            delivery.dns = net.delivery.dns;
            delivery.factory = again.factory();
            delivery.start("outgoing", outgoing, "mxPort", String.valueOf(net.fleet.port()));
            eventually().until(() -> net.tally.arrived() == 100);
        } finally {
            delivery.close();
        }
        assertThat(before).isEqualTo(100);
        assertThat(net.tally.repeated()).isEmpty();
        assertThat(tries).allSatisfy((recipient, at) -> {
            assertThat(at).hasSize(2);
            areNoCloserThan(delay, at);
        });
        eventually().until(() -> ready() + waiting("30s") == 0);
    }

    @Test
    void whatIsHeldWhenTheBrokerEndsTheConnectionIsTriedOnceMoreAndNotByBothCopies() throws Exception {
        queues.close();
        queues = ClusterQueues.of(broker, contents);
        net.delivery.factory = queues.factory();
        Duration delay = Duration.ofSeconds(12);
        host("later.test", "127.1.0.1").behave(deferring(1));
        start("delayTime", delay.toSeconds() + " seconds");
        // More than are held at a time.
        for (int i = 0; i < 40; i++) {
            net.send("m" + i, i + "@later.test");
        }
        eventually().until(() -> triesOfAll() == 40 && ready() == 0 && waiting("30s") == 40 - HELD);

        broker.closeConnections();

        eventually().until(() -> net.tally.arrived() == 40);
        eventually().until(() -> net.delivery.gauges.get("postlane.queue." + outgoing + ".inHand").get().equals(0));
        assertThat(net.tally.repeated()).isEmpty();
        assertThat(tries).hasSize(40).allSatisfy((recipient, at) -> {
            assertThat(at).hasSize(2);
            areNoCloserThan(delay, at);
        });
        net.delivery.close();
        eventually().until(() -> ready() + waiting("30s") == 0);
    }

    @Test
    void dueMailNeverWaitsBehindTheDeferredMailOfADeadDestination() throws Exception {
        int deferred = 2000;
        FleetHost dead = host("dead.test", "127.1.0.1").behave(deferring(Integer.MAX_VALUE));
        FleetHost healthy = host("healthy.test", "127.1.0.2");
        // Room for all at once: none shall be handed back before its attempt.
        start("delayTime", "3 hours", "maxMailsInHand", "10000");
        for (int i = 0; i < deferred; i++) {
            net.delivery.send("dead" + i, i + "@dead.test");
        }
        // All but what is held until it is due.
        waitsAlmostAll(deferred);
        int before = triesOfAll();
        for (int i = 0; i < 100; i++) {
            net.send("due" + i, "x@healthy.test");
        }
        eventually().until(() -> healthy.taken() == 100);
        // Nothing that waits was taken out to get at what is due.
        assertThat(waiting("192m")).isGreaterThanOrEqualTo(deferred - HELD);
        assertThat(triesOfAll()).as("tries of mail that is not due").isEqualTo(before);
        assertThat(dead.taken()).isZero();
        assertThat(net.tally.repeated()).isEmpty();
    }

    @Test
    void aFlushedDestinationGetsItsWaitingMailNowAndTheOthersMailWaitsOn() throws Exception {
        FleetHost wanted = host("wanted.test", "127.1.0.1").behave(deferring(1));
        FleetHost other = host("other.test", "127.1.0.2").behave(deferring(1));
        start("delayTime", "3 hours");
        // Far more than are held at a time, so that most of it is in the broker alone.
        for (int i = 0; i < 200; i++) {
            net.delivery.send("wanted" + i, i + "@wanted.test");
            net.delivery.send("other" + i, i + "@other.test");
        }
        waitsAlmostAll(400);
        Map<String, Integer> before = triesByRecipient();
        wanted.behave(HostBehaviour.healthy());

        assertThat(net.delivery.destinations.flush(MailQueueName.of(outgoing), "wanted.test")).contains(MailFetch.ROUND);

        eventually().until(() -> wanted.taken() == 200);
        assertThat(triesByRecipient()).as("tries of mail for another").containsAllEntriesOf(
            before.entrySet().stream().filter(entry -> entry.getKey().endsWith("@other.test"))
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue)));
        assertThat(other.taken()).isZero();
        net.delivery.close();
        eventually().until(() -> waiting("192m") == 200 && ready() == 0);
        assertThat(net.tally.repeated()).isEmpty();
    }
}
