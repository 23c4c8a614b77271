// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postlane.testing.dns.DnsServer;
import org.postlane.testing.fleet.FleetHost;

/** Providers that want no more than so much in a time, beside others that take all they can get. */
class RatesTest {
    private static final int PER_SECOND = 3;
    private static final int MAILS = 24;
    private static final int FREE_MAILS = 200;

    private final DnsServer dns = DnsServer.start();
    private final FleetDelivery net = new FleetDelivery(dns);
    private final FleetHost limited = net.fleet.host("127.1.0.1");
    private final FleetHost free = net.fleet.host("127.1.0.2");

    RatesTest() {
        dns.a("mx1.provider.test", limited.address()).a("mx.free.test", free.address()).mx("free.test", 10, "mx.free.test");
    }

    @AfterEach
    void close() {
        net.close();
        dns.close();
    }

    @Test
    void aDomainWithServersOfTwoProvidersMovesEachMailOnceAndNotToAndFro() throws Exception {
        // Of equal preference: which comes first is another at each look-up.
        dns.mx("both.test", 10, "mx1.provider.test").mx("both.test", 10, "mx.free.test");
        net.start("destinationConcurrency", "mx:*.provider.test=5");
        for (int i = 0; i < MAILS; i++) {
            net.send("m" + i, "x@both.test");
        }
        net.everythingArrivesOnce();
        assertThat(net.delivery.destination("both.test").succeeded()).as("delivered there, or moved on").isEqualTo(MAILS);
        assertThat(net.delivery.destination("mx:*.provider.test").succeeded()).isBetween(1L, (long) MAILS);
    }

    /** The n-th may come no earlier than n - 1 at that rate take: what is slow makes them later, and nothing earlier. */
    private static void areNoFasterThan(int perSecond, long began, List<Long> arrivals) {
        double period = (double) Duration.ofSeconds(1).toNanos() / perSecond;
        List<Long> sorted = new ArrayList<>(arrivals);
        sorted.sort(null);
        for (int n = 0; n < sorted.size(); n++) {
            assertThat((sorted.get(n) - began) / period).as("arrival %d in periods", n).isGreaterThanOrEqualTo(n - 0.1);
        }
    }

    private void limitedBesideFree(String... domains) throws Exception {
        long began = System.nanoTime();
        for (int i = 0; i < MAILS; i++) {
            net.send("slow" + i, "x@" + domains[i % domains.length]);
        }
        for (int i = 0; i < FREE_MAILS; i++) {
            net.send("free" + i, "x@free.test");
        }
        eventually().until(() -> free.taken() == FREE_MAILS);
        assertThat(limited.taken()).as("mails at the limited one when the other has them all").isLessThan(MAILS);
        net.everythingArrivesOnce();
        areNoFasterThan(PER_SECOND, began, limited.transactionsAt());
        assertThat(net.delivery.queues.putBack()).noneMatch(put -> put.attributes().containsKey("delivery_retry_count")
            && !put.attributes().get("delivery_retry_count").equals(0));
    }

    @Test
    void aDomainWithARateIsKeptToItBesideOneWithoutLimit() throws Exception {
        dns.mx("gmail.test", 10, "mx1.provider.test");
        net.start("rates", "gmail.test=" + PER_SECOND + "/s");
        limitedBesideFree("gmail.test");
    }

    @Test
    void allDomainsOfAProviderShareTheRateThatIsWrittenForItsMailServers() throws Exception {
        for (String domain : List.of("one.test", "two.test", "three.test")) {
            dns.mx(domain, 10, "mx1.provider.test");
        }
        net.start("rates", "mx:*.provider.test=" + PER_SECOND + "/s");
        limitedBesideFree("one.test", "two.test", "three.test");
    }

    @Test
    void connectionsAreKeptToTheirRate() throws Exception {
        dns.mx("gmail.test", 10, "mx1.provider.test");
        net.start("connectionRates", "mx:*.provider.test=" + PER_SECOND + "/s", "maxMailsPerConnection", "1");
        long began = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            net.send("m" + i, "x@gmail.test");
        }
        net.everythingArrivesOnce();
        assertThat(limited.opened()).isEqualTo(10);
        areNoFasterThan(PER_SECOND, began, limited.connectedAt());
    }

    @Test
    void connectionsForTheMailOfADomainAreKeptToItsRate() throws Exception {
        dns.mx("gmail.test", 10, "mx1.provider.test");
        net.start("connectionRates", "gmail.test=" + PER_SECOND + "/s", "maxMailsPerConnection", "1");
        long began = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            net.send("m" + i, "x@gmail.test");
        }
        net.everythingArrivesOnce();
        areNoFasterThan(PER_SECOND, began, limited.connectedAt());
    }

    @Test
    void aDomainBehindAGatewayMayHaveARateOfItsOwn() throws Exception {
        dns.a("relay.test", limited.address());
        net.start("gateway", "relay.test:" + net.fleet.port(), "rates", "slow.test=" + PER_SECOND + "/s");
        long began = System.nanoTime();
        for (int i = 0; i < MAILS; i++) {
            net.send("slow" + i, "x@slow.test", "y@other.test");
        }
        net.everythingArrivesOnce();
        assertThat(System.nanoTime() - began).isGreaterThan(Duration.ofSeconds(MAILS - 1).toNanos() / PER_SECOND);
        assertThat(net.delivery.destination("slow.test").succeeded()).isEqualTo(MAILS);
        assertThat(net.delivery.destination("gateway relay.test:" + net.fleet.port()).succeeded()).isEqualTo(MAILS);
    }

    @Test
    void aGatewayMayHaveARateByItsName() throws Exception {
        dns.a("relay.test", limited.address());
        net.start("gateway", "relay.test:" + net.fleet.port(), "rates", "default=none; mx:relay.test=" + PER_SECOND + "/s");
        long began = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            net.send("m" + i, "x@d" + i + ".test");
        }
        net.everythingArrivesOnce();
        areNoFasterThan(PER_SECOND, began, limited.transactionsAt());
    }
}
