// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.TestTls;

class GatewayTest {
    private static String gateway(SmtpServer server) {
        return "127.0.0.1:" + server.port();
    }

    @Test
    void allMailGoesToTheGatewayInOneTransactionWhateverItsDomain() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery()) {
            delivery.start("gateway", gateway(server));
            delivery.send("mail", "x@a.test", "y@b.test", "z@c.test");
            delivery.settled();
            assertThat(server.received()).hasSize(1);
            assertThat(delivery.queues.puts).hasSize(1);
        }
    }

    @Test
    void credentialsAreNeverSentWithoutTls() throws Exception {
        try (SmtpServer server = SmtpServer.builder().auth("joe", "secret").start(); Delivery delivery = new Delivery()) {
            delivery.start("gateway", gateway(server), "gatewayUsername", "joe", "gatewayPassword", "secret",
                "delayTime", "20", "maxRetries", "1");
            delivery.send("mail", "x@a.test");
            delivery.settled(2);
            assertThat(server.statistics().commands("AUTH")).isZero();
            assertThat(server.received()).isEmpty();
            assertThat(delivery.context.reports).hasSize(1);
            assertThat(delivery.context.reports.get(0).words()).doesNotContain("secret");
        }
    }

    @Test
    void credentialsCrossAPlainConnectionWhereGatewayAuthWithoutTlsSaysSo() throws Exception {
        try (SmtpServer server = SmtpServer.builder().auth("joe", "secret").authRequired().start();
             Delivery delivery = new Delivery()) {
            delivery.start("gateway", gateway(server), "gatewayUsername", "joe", "gatewayPassword", "secret",
                "gatewayAuthWithoutTls", "true");
            delivery.send("one", "x@a.test");
            delivery.settled();
            delivery.send("two", "x@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(2).allMatch(mail -> mail.authenticatedUser().equals("joe"));
            assertThat(server.statistics().commands("AUTH")).isEqualTo(1);
        }
    }

    @Test
    void credentialsAreSentOverStartTls() throws Exception {
        try (SmtpServer server = SmtpServer.builder().startTls(TestTls.forHost("gw.test")).auth("joe", "secret").authNeedsTls()
                 .authRequired().start();
             Delivery delivery = new Delivery()) {
            delivery.start("gateway", gateway(server), "gatewayusername", "joe", "gatewayPassword", "secret", "tls", "required");
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(1).allMatch(mail -> mail.tls() && mail.authenticatedUser().equals("joe"));
        }
    }

    @Test
    void credentialsAreNotGivenToAServerThatHasNotShownWhoItIs() throws Exception {
        try (SmtpServer server = SmtpServer.builder().startTls(TestTls.forHost("gw.test")).auth("joe", "secret").start();
             Delivery delivery = new Delivery()) {
            delivery.start("gateway", gateway(server), "gatewayUsername", "joe", "gatewayPassword", "secret",
                "delayTime", "20", "maxRetries", "1");
            delivery.send("mail", "x@a.test");
            delivery.settled(2);
            assertThat(server.statistics().commands("AUTH")).isZero();
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void credentialsWithTlsSwitchedOffStopTheStart() {
        try (Delivery delivery = new Delivery()) {
            assertThatThrownBy(() -> delivery.start("gateway", "gw.test", "gatewayUsername", "joe", "gatewayPassword", "secret",
                "startTLS", "false"))
                .hasMessageContaining("<gatewayUsername>").hasMessageContaining("<gatewayAuthWithoutTls>");
        }
    }

    @Test
    void theCredentialsOfTwoElementsNeverShareAConnection() throws Exception {
        try (SmtpServer server = SmtpServer.accepting();
             SmtpServer joes = SmtpServer.builder().auth("joe", "secret").start(); Delivery delivery = new Delivery()) {
            String[] joe = {"gateway", gateway(joes), "gatewayUsername", "joe", "gatewayPassword", "secret",
                "gatewayAuthWithoutTls", "true", "outgoing", "joe"};
            PooledRemoteDelivery anonymous = delivery.start("gateway", gateway(joes));
            PooledRemoteDelivery asJoe = delivery.start(joe);
            for (int i = 0; i < 3; i++) {
                anonymous.service(Delivery.mail("anonymous" + i, "anonymous@a.test"));
                delivery.settled();
                asJoe.service(Delivery.mail("joe" + i, "joe@a.test"));
                delivery.settled();
            }
            assertThat(joes.received()).hasSize(6).allMatch(mail ->
                mail.authenticatedUser().equals("joe") == mail.recipientAddresses().contains("joe@a.test"));
            assertThat(joes.statistics().connectionsOpened()).isEqualTo(2);
            assertThat(server.connections()).isEmpty();
        }
    }

    @Test
    void theConnectionComesFromTheBoundAddressAndGreetsWithTheHeloName() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("bind", "127.0.0.9", "heloName", "out.home.test");
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(((InetSocketAddress) server.connections().get(0).peer()).getAddress().getHostAddress())
                .isEqualTo("127.0.0.9");
            assertThat(server.received()).extracting(ReceivedMail::heloName).containsExactly("out.home.test");
        }
    }

    @Test
    void withoutHeloNameTheDefaultDomainGreets() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(server.received()).extracting(ReceivedMail::heloName).containsExactly("home.test");
        }
    }

    @Test
    void severalGatewaysShareTheLoadAndStandInForOneAnother() throws Exception {
        try (SmtpServer one = SmtpServer.accepting(); SmtpServer two = SmtpServer.accepting();
             SmtpServer gone = SmtpServer.accepting(); Delivery delivery = new Delivery()) {
            gone.close();
            delivery.start("gateway", gateway(gone) + ", " + gateway(one) + "," + gateway(two));
            for (int i = 0; i < 40; i++) {
                delivery.send("m" + i, "x@a.test");
            }
            delivery.settled();
            assertThat(one.received().size() + two.received().size()).isEqualTo(40);
            assertThat(one.received()).isNotEmpty();
            assertThat(two.received()).isNotEmpty();
            Set<String> ids = new HashSet<>();
            assertThat(delivery.queues.puts).allMatch(put -> ids.add(put.name()));
        }
    }

    @Test
    void withoutLoadBalancingTheFirstGatewayTakesAll() throws Exception {
        try (SmtpServer one = SmtpServer.accepting(); SmtpServer two = SmtpServer.accepting();
             Delivery delivery = new Delivery()) {
            delivery.start("gateway", "127.0.0.1," + gateway(two), "gatewayPort", String.valueOf(one.port()),
                "loadBalancing", "false");
            for (int i = 0; i < 20; i++) {
                delivery.send("m" + i, "x@a.test");
            }
            delivery.settled();
            assertThat(one.received()).hasSize(20);
            assertThat(two.connections()).isEmpty();
        }
    }
}
