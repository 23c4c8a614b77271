// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.close;
import static org.postlane.testing.Reaction.proceed;
import static org.postlane.testing.Reaction.reply;
import static org.postlane.testing.Reaction.reset;
import static org.postlane.testing.Reaction.stall;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import com.google.common.collect.ImmutableMap;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.Recipient;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

class OutcomesTest {
    private static final String[] SOON = {"delayTime", "20", "maxRetries", "3", "bounceProcessor", "failed", "onSuccess", "sent"};

    @Test
    void aMailToThreeAnswered250And450And550IsDeliveredOnceRetriedOnceAndBouncedOnce() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting()
            .rcpt("later@a.test", reply("450 4.2.0 not now")).once()
            .rcpt("never@a.test", reply("550 5.1.1 nobody"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start(SOON);
            delivery.send("mail", "now@a.test", "later@a.test", "never@a.test");
            delivery.settled(2);

            assertThat(server.received()).extracting(ReceivedMail::recipientAddresses)
                .containsExactly(List.of("now@a.test"), List.of("later@a.test"));
            assertThat(server.statistics().commands("RCPT")).isEqualTo(4);

            assertThat(delivery.context.sentTo("failed")).hasSize(1).first().satisfies(failed -> {
                assertThat(failed.recipients()).containsExactly("never@a.test");
                assertThat(failed.attributes()).containsEntry("delivery-error-code", 550)
                    .containsEntry("is-delivery-permanent-error", true).doesNotContainKey("delivery_retry_count");
                assertThat((String) failed.attributes().get("delivery-error")).contains("550 5.1.1 nobody");
            });
            assertThat(delivery.context.sentTo("sent")).extracting(RecordingContext.HandedOver::recipients)
                .containsExactly(Set.of("now@a.test"), Set.of("later@a.test"));
            assertThat(delivery.queues.putBack()).hasSize(1).first()
                .satisfies(put -> assertThat(put.recipients()).containsExactly("later@a.test"));
            assertThat(delivery.metrics.countForPrefixName("postlane.outbound.")).containsEntry("postlane.outbound.delivered", 2)
                .containsEntry("postlane.outbound.deferred", 1).containsEntry("postlane.outbound.failed", 1);
        }
    }

    @Test
    void whatOneStepWritesOnTheMailShowsOnNoOther() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting()
            .rcpt("later@a.test", reply("450 4.2.0 not now")).times(2)
            .rcpt("never@a.test", reply("550 5.1.1 nobody")).rcpt("nor@a.test", reply("551 5.1.6 moved"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("delayTime", "20", "bounceProcessor", "failed", "onSuccess", "sent", "usePriority", "true");
            // The first hand-over fails after the deferred recipient went back: the repeated steps see the marks of both.
            delivery.context.toFail.set(1);
            delivery.send("mail", "now@a.test", "later@a.test", "never@a.test", "nor@a.test");
            delivery.settled(3);

            Set<String> error = Set.of("delivery-error", "delivery-error-code", "is-delivery-permanent-error");
            Set<String> retry = Set.of("delivery_retry_count", "postlane-next-attempt-at");
            assertThat(delivery.queues.putBack()).hasSize(2).allSatisfy(put -> {
                assertThat(put.attributes().keySet()).containsAll(retry).doesNotContainAnyElementsOf(error)
                    .doesNotContain("org.apache.james.SentByMailet");
                assertThat(put.state()).isEqualTo("error");
                assertThat(put.attributes()).containsEntry("postlane-processor", "root");
                assertThat(put.name()).isEqualTo("mail");
            });
            assertThat(delivery.context.sentTo("failed")).hasSize(2).allSatisfy(failed ->
                assertThat(failed.attributes().keySet()).containsAll(error).doesNotContainAnyElementsOf(retry)
                    .doesNotContain("org.apache.james.SentByMailet"));
            assertThat(delivery.context.sentTo("sent")).hasSize(2);
            assertThat(delivery.context.sentTo("sent")).filteredOn(sent -> sent.recipients().contains("now@a.test")).hasSize(1)
                .first().satisfies(sent -> assertThat(sent.attributes().keySet()).doesNotContainAnyElementsOf(error)
                    .doesNotContainAnyElementsOf(retry));
            // A repository keeps one mail of a name: none of these may take another's place.
            assertThat(delivery.context.sent).extracting(RecordingContext.HandedOver::name).doesNotHaveDuplicates();
        }
    }

    @Test
    void connectionLostAfterTheFinalDotIsAmbiguousAndDeferredAndNeverTriedOnTheNextMxAtOnce() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().endOfData(close()).once();
        try (SmtpServer first = SmtpServer.with(behaviour); SmtpServer second = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("a.test", first, second)) {
            delivery.start(SOON);
            delivery.send("mail", "x@a.test");
            delivery.settled(2);
            assertThat(second.connections()).isEmpty();
            assertThat(first.received()).hasSize(1);
            assertThat(delivery.metrics.countFor("postlane.outbound.ambiguous")).isEqualTo(1);
            assertThat(delivery.queues.putBack()).hasSize(1).first()
                .satisfies(put -> assertThat(put.attributes()).containsEntry("delivery_retry_count", 1));
        }
    }

    @Test
    void whoMayHaveTheMailDoesNotGetItAgainAtOnceBecauseTheHostHasEnoughOfUs() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().endOfData(close()).once()
            .mail(reply("421 4.3.2 enough")).onConnection(2);
        try (SmtpServer server = SmtpServer.builder().extensions("PIPELINING", "LIMITS RCPTMAX=1").behaviour(behaviour).start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("delayTime", "3600000", "maxRetries", "3");
            delivery.send("mail", "x@a.test", "y@a.test");
            delivery.settled(1);
            assertThat(server.received()).isEmpty();
            assertThat(delivery.queues.putBack()).hasSize(1).first()
                .satisfies(put -> assertThat(put.recipients()).containsExactlyInAnyOrder("x@a.test", "y@a.test"));
        }
    }

    @Test
    void connectionLostBeforeTheFinalDotGoesToTheNextMx() throws Exception {
        for (ScriptedBehaviour behaviour : List.of(Behaviour.accepting().data(reset()), Behaviour.accepting().rcpt(close()),
            Behaviour.accepting().mail(close()))) {
            try (SmtpServer first = SmtpServer.with(behaviour); SmtpServer second = SmtpServer.accepting();
                 Delivery delivery = new Delivery().domain("a.test", first, second)) {
                delivery.start(SOON);
                delivery.send("mail", "x@a.test");
                delivery.settled(1);
                assertThat(second.received()).hasSize(1);
                assertThat(delivery.queues.putBack()).isEmpty();
            }
        }
    }

    @Test
    void aMalformedFromDoesNotKeepTheSenderFromHearingOfTheFailure() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt(reply("550 5.1.1 nobody of that name"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send(Delivery.mailWith("mail", "From: Foo <a@b\r\n\r\nHello\r\n".getBytes(US_ASCII), "x@a.test"));
            delivery.settled();
            assertThat(delivery.context.reports).hasSize(1)
                .allMatch(report -> report.words().contains("550 5.1.1 nobody of that name"));
        }
    }

    @Test
    void mailWithoutBounceProcessorIsReportedToItsSender() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt(reply("550 5.1.1 nobody of that name"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("mail", "x@a.test", "y@a.test");
            delivery.settled();
            assertThat(delivery.context.reports).hasSize(1).first().satisfies(report -> {
                assertThat(report.recipients()).containsExactlyInAnyOrder("x@a.test", "y@a.test");
                assertThat(report.words()).contains("x@a.test", "y@a.test", "550 5.1.1 nobody of that name", "127.0.0.1");
            });
        }
    }

    @Test
    void aNullSenderIsToldNothingButABounceProcessorGetsItsMail() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt(reply("550 5.1.1 nobody"));
        for (boolean withProcessor : List.of(true, false)) {
            try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
                delivery.start(withProcessor ? new String[] {"bounceProcessor", "failed"} : new String[0]);
                MailImpl mail = Delivery.mail("mail", "x@a.test");
                mail.setSender((MailAddress) null);
                assertThat(mail.getMaybeSender()).isEqualTo(MaybeSender.nullSender());
                delivery.send(mail);
                delivery.settled();
                assertThat(server.connections().get(0).clientLines()).anyMatch(line -> line.startsWith("MAIL FROM:<>"));
                assertThat(delivery.context.reports).isEmpty();
                assertThat(delivery.context.sentTo("failed")).hasSize(withProcessor ? 1 : 0);
            }
        }
    }

    @Test
    void aHandOverThatFailsIsRepeatedUntilItWorksAndRepeatsNothingElse() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting()
            .rcpt("later@a.test", reply("450 4.2.0 not now")).once().rcpt("never@a.test", reply("550 5.1.1 nobody"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start(SOON);
            delivery.context.toFail.set(2);
            delivery.send("mail", "now@a.test", "later@a.test", "never@a.test");
            delivery.settled(2);
            assertThat(delivery.context.sentTo("failed")).hasSize(1);
            assertThat(delivery.context.sentTo("sent")).hasSize(2);
            assertThat(delivery.queues.putBack()).hasSize(1);
            assertThat(server.received()).hasSize(2);
        }
    }

    @Test
    void aQueueThatIsAwayWhenMailGoesBackIsAskedUntilItTakesIt() throws Exception {
        Stall stall = new Stall();
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt(stall(stall).then(reply("450 4.2.0 not now"))).once();
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start(SOON);
            delivery.send("mail", "x@a.test");
            eventually().until(() -> stall.waiting() == 1);
            delivery.queues.putsToFail.set(1);
            stall.release();
            delivery.settled(2);
            assertThat(server.received()).hasSize(1);
            assertThat(delivery.queues.putBack()).hasSize(1);
        }
    }

    @Test
    void aQueueThatCannotBeReadIsReadAgain() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.queues.readsToFail.set(2);
            delivery.start();
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void theServiceNeverWaitsForTheNetwork() throws Exception {
        Stall stall = new Stall();
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().connect(stall(stall).then(proceed())));
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            // Were it to wait for the network, this would never end.
            for (int i = 0; i < 20; i++) {
                MailImpl mail = Delivery.mail("m" + i, "x@a.test");
                delivery.send(mail);
                assertThat(mail.getState()).isEqualTo("ghost");
            }
            assertThat(server.received()).isEmpty();
            stall.release();
            delivery.settled(20);
            assertThat(server.received()).hasSize(20);
        }
    }

    @Test
    void nothingIsDeliveredBeforeJamesHasStarted() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.started.set(false);
            delivery.start();
            delivery.send("mail", "x@a.test");
            assertThat(delivery.queues.sizeOf("outgoing")).isEqualTo(1);
            assertThat(server.connections()).isEmpty();
            delivery.started.set(true);
            delivery.settled();
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void oneAddressThatSmtpCannotCarryCostsOnlyItself() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start(SOON);
            MailAddress tooLong = new MailAddress("x".repeat(250) + "@a.test");
            MailImpl mail = Delivery.mail("mail", "x@a.test", "y@a.test");
            mail.setRecipients(List.of(new MailAddress("x@a.test"), tooLong, new MailAddress("y@a.test")));
            delivery.send(mail);
            delivery.settled();
            assertThat(server.received()).hasSize(1).first()
                .satisfies(received -> assertThat(received.recipientAddresses()).containsExactly("x@a.test", "y@a.test"));
            assertThat(delivery.context.sentTo("failed")).hasSize(1).first().satisfies(failed -> {
                assertThat(failed.recipients()).containsExactly(tooLong.asString());
                assertThat((String) failed.attributes().get("delivery-error")).startsWith("5.1.3");
            });
        }
    }

    @Test
    void theWishesForReportsStayWithTheirRecipientsAcrossARetry() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt("y@a.test", reply("450 4.2.0 not now")).once();
        try (SmtpServer server = SmtpServer.builder().extensions("PIPELINING", "DSN").behaviour(behaviour).start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start(SOON);
            MailImpl mail = Delivery.mail("mail", "x@a.test", "y@a.test");
            mail.setDsnParameters(DsnParameters.builder()
                .envId(DsnParameters.EnvId.of("id+2B1")).ret(DsnParameters.Ret.HDRS)
                .rcptParameters(ImmutableMap.of(
                    new MailAddress("x@a.test"), RecipientDsnParameters.of(EnumSet.of(DsnParameters.Notify.NEVER)),
                    new MailAddress("y@a.test"), RecipientDsnParameters.of(
                        EnumSet.of(DsnParameters.Notify.SUCCESS, DsnParameters.Notify.FAILURE),
                        new MailAddress("first@b.test"))))
                .build().get());
            delivery.send(mail);
            delivery.settled(2);
            assertThat(server.received()).extracting(ReceivedMail::recipients).containsExactly(
                List.of(new Recipient("x@a.test", "NOTIFY=NEVER")),
                List.of(new Recipient("y@a.test", "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first@b.test")));
            assertThat(server.received()).extracting(ReceivedMail::mailParameters)
                .containsOnly("RET=HDRS ENVID=id+2B1");
            assertThat(server.violations()).isEmpty();
        }
    }
}
