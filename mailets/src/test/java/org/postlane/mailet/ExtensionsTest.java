// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** What servers offer, and what becomes of the mail where they do not keep it. */
class ExtensionsTest {
    private static final String[] CHUNKING = {"PIPELINING", "CHUNKING", "8BITMIME"};

    @Test
    void contentGoesInChunksToAServerThatOffersChunking() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions(CHUNKING).start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(1).allMatch(ReceivedMail::isChunked);
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void aServerThatOffersChunkingAndDoesNotKnowItGetsTheMailByDataAndIsNotAskedAgain() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions(CHUNKING).behaviour(Behaviour.accepting().bdatUnknown()).start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("one", "x@a.test");
            delivery.settled();
            delivery.send("two", "y@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(2).noneMatch(ReceivedMail::isChunked);
            assertThat(server.statistics().commands("BDAT")).isEqualTo(1);
            assertThat(server.statistics().connectionsOpened()).isEqualTo(2);
            assertThat(delivery.context.reports).isEmpty();
        }
    }

    @Test
    void aMailThatIsTooLargeForTheFirstHostGoesToOneThatTakesIt() throws Exception {
        try (SmtpServer small = SmtpServer.builder().extensions("PIPELINING", "SIZE 10").start();
             SmtpServer large = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", small, large)) {
            delivery.start();
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(large.received()).hasSize(1);
            assertThat(small.statistics().commands("MAIL")).isZero();
        }
    }

    @Test
    void aMailThatIsTooLargeForEveryHostFails() throws Exception {
        try (SmtpServer small = SmtpServer.builder().extensions("PIPELINING", "SIZE 10").start();
             SmtpServer smaller = SmtpServer.builder().extensions("PIPELINING", "SIZE 5").start();
             Delivery delivery = new Delivery().domain("a.test", small, smaller)) {
            delivery.start();
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(delivery.context.reports).hasSize(1);
            assertThat(delivery.context.reports.get(0).words()).contains("5.3.4").contains("at most 5");
        }
    }

    @Test
    void anExtensionThatIsToBeIgnoredIsNotUsed() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions(CHUNKING).start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("ignoreExtensions", "chunking, DSN");
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(1).noneMatch(ReceivedMail::isChunked);
        }
    }

    @Test
    void aGatewayOfLmtpHasAnOutcomeForEachRecipient() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().endOfDataFor("b@a.test", Reaction.reply("552 5.2.2 full"));
        try (SmtpServer server = SmtpServer.builder().lmtp().behaviour(behaviour).start(); Delivery delivery = new Delivery()) {
            delivery.start("gateway", "127.0.0.1:" + server.port(), "gatewayProtocol", "lmtp");
            delivery.send("mail", "a@a.test", "b@a.test", "c@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(1);
            assertThat(server.received().get(0).acceptedAddresses()).containsExactly("a@a.test", "c@a.test");
            assertThat(delivery.context.reports).hasSize(1);
            assertThat(delivery.context.reports.get(0).words()).contains("b@a.test", "552 5.2.2 full")
                .doesNotContain("c@a.test");
            assertThat(server.violations()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"gatewayProtocol,lmtp,a host in <gateway>", "gatewayProtocol,uucp,lmtp", "ignoreExtensions,'CHUNKING,,',keywords",
        "ignoreExtensions,SIZE=3,keywords"})
    void whatMakesNoSenseStopsTheStart(String key, String value, String expected) {
        try (Delivery delivery = new Delivery()) {
            assertThatThrownBy(() -> delivery.start(key, value)).hasMessageContaining("<" + key + ">")
                .hasMessageContaining(expected);
        }
    }

    @Test
    void lmtpWithABlankGatewayStopsTheStart() {
        try (Delivery delivery = new Delivery()) {
            assertThatThrownBy(() -> delivery.start("gateway", " ", "gatewayProtocol", "lmtp"))
                .hasMessageContaining("<gatewayProtocol>").hasMessageContaining("a host in <gateway>");
        }
    }

    @Test
    void aUserNameWithoutAGatewayDoesNotMakeMailNeedTls() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("gateway", "", "gatewayUsername", "joe", "gatewayPassword", "secret");
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(1);
        }
    }
}
