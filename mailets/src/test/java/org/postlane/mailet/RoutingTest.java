// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.testing.Reaction.close;
import static org.postlane.testing.Reaction.proceed;
import static org.postlane.testing.Reaction.reply;
import static org.postlane.testing.Reaction.replyThenClose;
import static org.postlane.testing.Reaction.stall;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

class RoutingTest {
    private static final String[] SOON = {"delayTime", "20", "maxRetries", "1", "bounceProcessor", "failed"};

    private static void assertTheNextMxTakesItInTheSameAttempt(Behaviour behaviour) throws Exception {
        try (SmtpServer first = SmtpServer.with(behaviour); SmtpServer second = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", first, second)) {
            delivery.start(SOON);
            delivery.send("mail", "x@a.test");
            delivery.settled(1);
            assertThat(first.statistics().connectionsOpened()).isEqualTo(1);
            assertThat(second.received()).hasSize(1);
            assertThat(first.received()).isEmpty();
            assertThat(delivery.queues.putBack()).isEmpty();
        }
    }

    @Test
    void a421GreetingGoesToTheNextMxInTheSameAttempt() throws Exception {
        assertTheNextMxTakesItInTheSameAttempt(Behaviour.accepting().connect(replyThenClose("421 4.3.2 busy")));
    }

    @Test
    void a5xxGreetingGoesToTheNextMxToo() throws Exception {
        assertTheNextMxTakesItInTheSameAttempt(Behaviour.accepting().connect(replyThenClose("554 5.3.2 no service")));
    }

    @Test
    void a4xxToMailAndASilentEndGoToTheNextMx() throws Exception {
        assertTheNextMxTakesItInTheSameAttempt(Behaviour.accepting().mail(reply("451 4.3.0 try the other")));
        assertTheNextMxTakesItInTheSameAttempt(Behaviour.accepting().connect(close()));
    }

    @Test
    void aRefusedConnectionGoesToTheNextMxInTheSameAttempt() throws Exception {
        try (SmtpServer first = SmtpServer.accepting(); SmtpServer second = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", first, second)) {
            first.close();
            delivery.start(SOON);
            delivery.send("mail", "x@a.test");
            delivery.settled(1);
            assertThat(second.received()).hasSize(1);
            assertThat(delivery.queues.putBack()).isEmpty();
        }
    }

    @Test
    void a4xxRcptIsNotTriedOnTheNextMx() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt(reply("450 4.2.0 not now")).once();
        try (SmtpServer first = SmtpServer.with(behaviour); SmtpServer second = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", first, second)) {
            delivery.start(SOON);
            delivery.send("mail", "x@a.test");
            delivery.settled(2);
            assertThat(second.connections()).isEmpty();
            assertThat(delivery.queues.putBack()).hasSize(1);
        }
    }

    @Test
    void whatTheFirstMxHasAnsweredStandsWhenTheSecondOneTakesTheRest() throws Exception {
        // 421 to the second recipient: the first one is not accepted any more, the third never answered.
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt("no@a.test", reply("550 5.1.1 nobody"))
            .rcpt("y@a.test", replyThenClose("421 4.3.2 going down"));
        try (SmtpServer first = SmtpServer.with(behaviour); SmtpServer second = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", first, second)) {
            delivery.start(SOON);
            delivery.send("mail", "no@a.test", "x@a.test", "y@a.test", "z@a.test");
            delivery.settled(1);
            assertThat(second.received()).hasSize(1).first().satisfies(received -> assertThat(received.recipientAddresses())
                .containsExactlyInAnyOrder("x@a.test", "y@a.test", "z@a.test"));
            assertThat(delivery.context.sentTo("failed")).extracting(RecordingContext.HandedOver::recipients)
                .containsExactly(Set.of("no@a.test"));
        }
    }

    @Test
    void withAllMxDownTheMailIsDeferredAndExpiresAsNotPermanent() throws Exception {
        try (SmtpServer first = SmtpServer.accepting(); SmtpServer second = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", first, second)) {
            first.close();
            second.close();
            delivery.start(SOON);
            delivery.send("mail", "x@a.test");
            delivery.settled(2);
            assertThat(delivery.queues.putBack()).hasSize(1);
            assertThat(delivery.context.sentTo("failed")).hasSize(1).first().satisfies(failed ->
                assertThat(failed.attributes()).containsEntry("is-delivery-permanent-error", false)
                    .doesNotContainKey("delivery-error-code"));
        }
    }

    @Test
    void recipientsOfTwoDomainsAreTwoAttemptsEvenOnOneHost() throws Exception {
        try (SmtpServer server = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", server).domain("b.test", server)) {
            delivery.start(SOON);
            delivery.send("mail", "x@a.test", "y@b.test", "z@a.test");
            delivery.settled();
            assertThat(server.received()).extracting(received -> List.copyOf(received.recipientAddresses()))
                .containsExactlyInAnyOrder(List.of("x@a.test", "z@a.test"), List.of("y@b.test"));
            assertThat(delivery.queues.puts).hasSize(1);
        }
    }

    @Test
    void aMailToManyDomainsArrivesOnceAtEachAndStaysOneEntryOfTheQueue() throws Exception {
        List<SmtpServer> servers = new ArrayList<>();
        try (Delivery delivery = new Delivery()) {
            List<String> recipients = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                if (i < 3) {
                    servers.add(SmtpServer.accepting());
                }
                delivery.domain("d" + i + ".test", servers.get(i % 3));
                recipients.add("x@d" + i + ".test");
            }
            delivery.mx("none.test", ".");
            recipients.add("x@none.test");
            delivery.start(SOON);
            delivery.send("mail", recipients.toArray(String[]::new));
            delivery.settled(1);
            assertThat(servers).allSatisfy(server -> assertThat(server.received()).hasSize(10));
            assertThat(servers.stream().flatMap(server -> server.received().stream())
                .map(ReceivedMail::recipientAddresses).flatMap(List::stream).toList())
                .hasSize(30).doesNotHaveDuplicates();
            assertThat(delivery.context.sentTo("failed")).hasSize(1);
            assertThat(delivery.queues.puts).hasSize(1);
        } finally {
            servers.forEach(SmtpServer::close);
        }
    }

    @Test
    void domainsWithTheSameServersShareADestinationWhereThatIsWantedAndOneWithARuleDoesNot() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery()
            .domain("a.test", server).domain("b.test", server).domain("own.test", server)) {
            delivery.start("sharedDestinations", "true", "rates", "own.test=1000/s");
            delivery.send("mail", "x@a.test", "y@b.test", "z@own.test");
            delivery.settled(1);
            assertThat(server.received()).hasSize(3);
            assertThat(delivery.destination("route 127.0.0.1").succeeded()).isEqualTo(2);
            assertThat(delivery.destination("own.test").succeeded()).isEqualTo(1);
        }
    }

    @Test
    void aServerThatTakesOneDomainInATransactionGetsOneInEach() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions("LIMITS RCPTDOMAINMAX=1").start();
             Delivery delivery = new Delivery()) {
            delivery.start("gateway", "127.0.0.1:" + server.port());
            delivery.send("mail", "x@a.test", "y@a.test", "z@b.test", "w@a.test");
            delivery.settled(1);
            assertThat(server.received()).extracting(received -> List.copyOf(received.recipientAddresses()))
                .containsExactly(List.of("x@a.test", "y@a.test"), List.of("z@b.test"), List.of("w@a.test"));
        }
    }

    @Test
    void aSlowDomainDoesNotDelayAnother() throws Exception {
        Stall stall = new Stall();
        try (SmtpServer slow = SmtpServer.with(Behaviour.accepting().connect(stall(stall).then(proceed())));
             SmtpServer quick = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("slow.test", slow).domain("quick.test", quick)) {
            delivery.start(SOON);
            delivery.send("mail", "x@slow.test", "y@quick.test");
            Delivery.eventually().until(() -> quick.received().size() == 1);
            assertThat(slow.received()).isEmpty();
            stall.release();
            delivery.settled(1);
            assertThat(slow.received()).hasSize(1);
        }
    }
}
