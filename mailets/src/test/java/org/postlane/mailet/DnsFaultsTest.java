// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.FleetDelivery.eventually;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.testing.dns.DnsFault;
import org.postlane.testing.dns.DnsServer;
import org.postlane.testing.dns.HeldAnswers;
import org.postlane.testing.fleet.FleetHost;

/** What name servers answer, through the whole of a delivery, with James' own resolver. */
class DnsFaultsTest {
    private final DnsServer dns = DnsServer.start();
    private final FleetDelivery net = new FleetDelivery(dns);
    private final FleetHost host = net.fleet.host("127.1.0.1");

    DnsFaultsTest() {
        dns.mx("good.test", 10, "mx.good.test").a("mx.good.test", host.address());
    }

    @AfterEach
    void close() {
        net.close();
        dns.close();
    }

    @ParameterizedTest
    @EnumSource(value = DnsFault.class, names = {"SERVFAIL", "REFUSED", "LAME", "GARBAGE", "SILENCE"})
    void whatDnsCannotSayNowIsAskedAgainAndNobodyIsToldThatItFailed(DnsFault fault) throws Exception {
        dns.fail("good.test", fault);
        net.start("delayTime", "200", "maxRetries", "1000");
        net.send("m", "x@good.test");
        eventually().until(() -> !net.delivery.queues.putBack().isEmpty());
        assertThat(net.delivery.context.reports).isEmpty();
        assertThat(host.opened()).isZero();

        dns.heal("good.test");
        net.everythingArrivesOnce();
        assertThat(net.delivery.context.reports).isEmpty();
    }

    @Test
    void twoElementsAskOnlyOnceForTheSame() throws Exception {
        net.start("outgoing", "first");
        PooledRemoteDelivery second = net.delivery.start("outgoing", "second", "mxPort", String.valueOf(net.fleet.port()));
        net.send("m1", "x@good.test");
        net.everythingArrivesOnce();
        MailImpl mail = Delivery.mail("m2", "y@good.test");
        second.service(mail);
        LifecycleUtil.dispose(mail);
        eventually().until(() -> host.taken() == 2);
        assertThat(dns.queries("good.test", "MX")).isEqualTo(1);
    }

    @Test
    void aDomainThatDoesNotExistFailsAtOnce() throws Exception {
        net.start();
        net.delivery.send("m", "x@nowhere.test");
        eventually().until(() -> !net.delivery.context.reports.isEmpty());
        assertThat(net.delivery.context.reports.get(0).perRecipient().get(0)).containsEntry("Status", "5.1.2");
        assertThat(net.delivery.queues.putBack()).isEmpty();
    }

    @Test
    void aDomainThatTakesNoMailFailsAtOnce() throws Exception {
        dns.nullMx("no.test").a("no.test", host.address());
        net.start();
        net.delivery.send("m", "x@no.test");
        eventually().until(() -> !net.delivery.context.reports.isEmpty());
        assertThat(net.delivery.context.reports.get(0).perRecipient().get(0)).containsEntry("Status", "5.1.10");
        assertThat(host.opened()).isZero();
    }

    @Test
    void aDomainWithoutMailServersGetsItsMailAtItsAddress() throws Exception {
        dns.a("only-address.test", host.address());
        net.start();
        net.send("m", "x@only-address.test");
        net.everythingArrivesOnce();
    }

    @Test
    void anAnswerTooLongForUdpIsReadOverTcp() throws Exception {
        dns.fail("good.test", DnsFault.TRUNCATED);
        net.start();
        net.send("m", "x@good.test");
        net.everythingArrivesOnce();
        assertThat(dns.queriesOverTcp()).isPositive();
    }

    @Test
    void oneAnswerServesAllMailUntilItsTimeToLiveIsOver() throws Exception {
        FleetHost moved = net.fleet.host("127.1.0.2");
        dns.remove("mx.good.test").remove("good.test").ttl(Duration.ofSeconds(1))
            .mx("good.test", 10, "mx.good.test").a("mx.good.test", host.address());
        net.start("maxMailsPerConnection", "1");
        for (int i = 0; i < 50; i++) {
            net.send("m" + i, "x@good.test");
        }
        net.everythingArrivesOnce();
        // Once in so many seconds; a machine that is very busy takes several times that for fifty mails.
        assertThat(dns.queries("good.test", "MX")).isLessThan(25);

        dns.remove("mx.good.test").a("mx.good.test", moved.address());
        AtomicInteger sent = new AtomicInteger();
        eventually().until(() -> {
            net.send("after" + sent.incrementAndGet(), "x@good.test");
            net.everythingArrivesOnce();
            return moved.taken() > 0;
        });
    }

    @Test
    void nameServersThatAreSilentForThreeHundredDomainsHoldUpNoOther() throws Exception {
        HeldAnswers silent = dns.hold("d0.silent.test");
        for (int i = 0; i < 300; i++) {
            dns.mx("d" + i + ".silent.test", 10, "mx.good.test").fail("d" + i + ".silent.test", DnsFault.SILENCE);
        }
        net.start();
        for (int i = 0; i < 300; i++) {
            net.delivery.send("s" + i, "x@d" + i + ".silent.test");
        }
        for (int i = 0; i < 50; i++) {
            net.send("m" + i, "x@good.test");
        }
        eventually().until(() -> host.taken() == 50);
        assertThat(silent.waiting()).as("the first silent one waits still").isPositive();
        assertThat(net.delivery.queues.putBack()).as("look-ups that have run out of time")
            .noneMatch(put -> put.attributes().containsKey("delivery_retry_count"));
    }

    @Test
    void aMailWaitsForAnAnswerThatIsSlow() throws Exception {
        HeldAnswers slow = dns.hold("good.test");
        net.start();
        net.send("m", "x@good.test");
        eventually().until(() -> slow.waiting() > 0);
        assertThat(host.opened()).isZero();
        slow.release();
        net.everythingArrivesOnce();
    }
}
