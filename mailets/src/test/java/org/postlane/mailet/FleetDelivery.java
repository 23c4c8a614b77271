// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.mail.MessagingException;

import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.server.core.MailImpl;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.postlane.outbound.EngineTime;
import org.postlane.route.JamesDns;
import org.postlane.testing.dns.DnsServer;
import org.postlane.testing.fleet.Fleet;
import org.postlane.testing.fleet.FleetHost;
import org.postlane.testing.fleet.Tally;

/** A PooledRemoteDelivery and a fleet to deliver to, with the books that show what was lost and what came twice. */
final class FleetDelivery implements AutoCloseable {
    /** Beyond what a busy machine needs; a test that fails waits for so long. */
    static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("postlane.proof.patience", 120));

    private static final Duration DNS_PATIENCE = Duration.ofSeconds(5);
    private static final String LINE = "0123456789".repeat(7) + "\r\n";

    final Fleet fleet;
    final FleetNames names;
    final Delivery delivery;
    final Tally tally;
    private final Set<String> expected = ConcurrentHashMap.newKeySet();

    /** Delivers to a fleet that listens everywhere. */
    FleetDelivery() {
        this(Fleet.everywhere(), EngineTime.SYSTEM);
    }

    FleetDelivery(Fleet fleet, EngineTime time) {
        this(fleet, time, null);
    }

    /** Delivers to a fleet that listens everywhere, whose names a name server knows. */
    FleetDelivery(DnsServer server) {
        this(Fleet.everywhere(), EngineTime.SYSTEM, JamesDns.askingAt(server, DNS_PATIENCE));
    }

    private FleetDelivery(Fleet fleet, EngineTime time, DNSService dns) {
        this.fleet = fleet;
        this.delivery = new Delivery(time);
        this.tally = new Tally(fleet);
        this.names = new FleetNames(fleet.port());
        delivery.dns = dns == null ? names : dns;
    }

    static ConditionFactory eventually() {
        return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20));
    }

    FleetDelivery start(String... parameters) throws MessagingException {
        List<String> all = new ArrayList<>(List.of(parameters));
        all.addAll(List.of("mxPort", String.valueOf(fleet.port())));
        delivery.start(all.toArray(String[]::new));
        return this;
    }

    /** The host of a numbered domain. */
    FleetHost host(int number) {
        return fleet.host(FleetNames.address(number));
    }

    /** Sends a mail whose copies are expected to arrive once each. */
    void send(String name, String... recipients) throws MessagingException {
        expect(name, recipients);
        delivery.send(name, recipients);
    }

    /** Sends one with this content behind its header. */
    void sendLarge(String name, int octets, String recipient) throws MessagingException {
        expect(name, recipient);
        delivery.send(large(name, octets, recipient));
    }

    static MailImpl large(String name, int octets, String recipient) throws MessagingException {
        return Delivery.mailWith(name, ("Subject: large\r\nMessage-ID: <" + name + "@home.test>\r\n\r\n"
            + LINE.repeat(octets / LINE.length())).getBytes(US_ASCII), recipient);
    }

    private void expect(String name, String... recipients) {
        for (String recipient : recipients) {
            expected.add(Tally.key(name + "@home.test", recipient));
        }
    }

    /** Waits until every copy has arrived and every mail is out of the queue; then nothing may have come twice. */
    void everythingArrivesOnce() {
        eventually().untilAsserted(() -> {
            if (tally.arrived() < expected.size()) {
                throw new AssertionError(tally.arrived() + " of " + expected.size() + " copies arrived; the first one missing: "
                    + tally.lost(expected).stream().findFirst().map(this::lastSeen));
            }
        });
        eventually().untilAsserted(() -> {
            if (delivery.queues.sizeOf("outgoing") > 0) {
                throw new AssertionError(delivery.queues.sizeOf("outgoing") + " mails are left in the queue");
            }
        });
        if (!tally.repeated().isEmpty()) {
            throw new AssertionError("Came more than once: " + tally.repeated());
        }
    }

    /** Where a copy that is missing was last: how the mail was put into the queue. */
    private String lastSeen(String key) {
        String name = key.substring(0, key.indexOf('@'));
        return key + ", last put back: " + delivery.queues.putBack().stream().filter(put -> put.name().equals(name))
            .reduce((earlier, later) -> later).map(Object::toString).orElse("never");
    }

    @Override
    public void close() {
        delivery.close();
        fleet.close();
    }
}
