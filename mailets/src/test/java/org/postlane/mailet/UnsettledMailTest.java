// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.reply;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.healthcheck.Result;
import org.apache.james.core.healthcheck.ResultStatus;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;
import org.postlane.outbound.StandingJournal;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.webadmin.OutboundHealthCheck;
import reactor.core.publisher.Mono;

/** A mail for which a step of its settlement never succeeds keeps no place, disturbs no other mail, and is not lost. */
class UnsettledMailTest {
    private static final String[] SOON = {"delayTime", "20", "maxRetries", "3"};

    private static ScriptedBehaviour laterForOneAndNeverForAnother() {
        return Behaviour.accepting().rcpt("later@a.test", reply("450 4.2.0 not now")).once()
            .rcpt("never@a.test", reply("550 5.1.1 nobody"));
    }

    private static Result health(Delivery delivery) {
        return Mono.from(new OutboundHealthCheck(delivery.criticalStates).check()).block();
    }

    @Test
    void aNameThatTheQueueRefusesIsReplacedAndTheMailIsDelivered() throws Exception {
        try (SmtpServer server = SmtpServer.with(laterForOneAndNeverForAnother());
             Delivery delivery = new Delivery(new FastTime(20)).domain("a.test", server)) {
            delivery.start(SOON);
            // As James does with a name in which there are more than seven of its marks, but only once the mail is in.
            delivery.queues.refuses = (name, delay) -> !delay.isZero() && name.startsWith("odd");
            delivery.context.refuses = name -> name.startsWith("odd");
            delivery.send("odd", "now@a.test", "later@a.test", "never@a.test");
            delivery.settled(2);
            assertThat(server.received()).hasSize(2);
            assertThat(delivery.queues.putBack()).hasSize(1).first().satisfies(put -> {
                assertThat(put.recipients()).containsExactly("later@a.test");
                assertThat(put.name()).startsWith("postlane-").doesNotContain("odd", "!");
            });
            assertThat(delivery.context.reports).hasSize(1);
            assertThat(delivery.context.sentTo(Mail.ERROR)).isEmpty();
        }
    }

    @Test
    void whatTheQueueNeverTakesGoesToTheErrorProcessorAndTheOthersDoNot() throws Exception {
        try (SmtpServer server = SmtpServer.with(laterForOneAndNeverForAnother());
             Delivery delivery = new Delivery(new FastTime(100)).domain("a.test", server)) {
            delivery.start("delayTime", "20", "maxRetries", "3", "bounceProcessor", "failed");
            delivery.queues.refuses = (name, delay) -> !delay.isZero();
            LoggedLines log = LoggedLines.of("org.postlane.outbound", Level.INFO);
            delivery.send("odd", "now@a.test", "later@a.test", "never@a.test");
            eventually().until(() -> health(delivery).getStatus() == ResultStatus.DEGRADED
                || !delivery.context.sentTo(Mail.ERROR).isEmpty());
            delivery.settled(1);
            log.close();
            assertThat(delivery.context.sentTo(Mail.ERROR)).hasSize(1).first()
                .satisfies(sent -> assertThat(sent.recipients()).containsExactly("later@a.test"));
            assertThat(delivery.context.sentTo("failed")).extracting(RecordingContext.HandedOver::recipients)
                .containsExactly(Set.of("never@a.test"));
            assertThat(delivery.queues.sizeOf("outgoing")).isZero();
            eventually().until(() -> health(delivery).isHealthy());
            assertThat(log.containing("odd: ")).hasSize(2);
        }
    }

    @Test
    void whatNothingCanBeDoneWithGoesBackIntoItsQueueAndIsNotDeliveredTwice() throws Exception {
        try (SmtpServer server = SmtpServer.with(laterForOneAndNeverForAnother());
             Delivery delivery = new Delivery(new FastTime(100)).domain("a.test", server)) {
            delivery.start(SOON);
            delivery.queues.refuses = (name, delay) -> !delay.isZero();
            delivery.context.refuses = name -> true;
            delivery.send("odd", "now@a.test", "later@a.test", "never@a.test");
            eventually().until(() -> delivery.queues.retried.get() >= 1);
            assertThat(health(delivery).isHealthy()).isFalse();
            assertThat(health(delivery).getCause().orElseThrow()).contains("some mail of queue outgoing", "odd");
            delivery.queues.refuses = (name, delay) -> false;
            delivery.context.refuses = name -> false;
            eventually().until(() -> delivery.queues.sizeOf("outgoing") == 0);
            eventually().until(() -> health(delivery).isHealthy());
            assertThat(server.received()).hasSize(2);
            assertThat(delivery.context.reports).hasSize(1);
        }
    }

    @Test
    void aSenderDoesNotHearOfACopyOfDeliveredMailForWhichThereIsNoPlace() throws Exception {
        List<MaybeSender> senders = new CopyOnWriteArrayList<>();
        try (SmtpServer server = SmtpServer.accepting();
             Delivery delivery = new Delivery(new FastTime(100)).domain("a.test", server)) {
            delivery.context.processor = (state, mail) -> senders.add(mail.getMaybeSender());
            delivery.context.refuses = name -> !name.contains("-unsettled-");
            delivery.start("onSuccess", "sent");
            delivery.send("odd", "x@a.test");
            delivery.settled(1);
            assertThat(delivery.context.sentTo(Mail.ERROR)).hasSize(1);
            assertThat(senders).containsExactly(MaybeSender.nullSender());
        }
    }

    @Test
    void nothingBeginsWhileTheJournalHasAsMuchToWriteAsItMay() throws Exception {
        try (SmtpServer server = SmtpServer.accepting();
             Delivery delivery = new Delivery(new FastTime(100)).domain("a.test", server)) {
            Runnable writesOne = StandingJournal.of(delivery.engine);
            delivery.queues.realDelay = delay -> Duration.ofMillis(10);
            delivery.start();
            delivery.send("mail", "x@a.test");
            eventually().until(() -> delivery.queues.putBack().size() >= 3);
            assertThat(server.connections()).isEmpty();
            writesOne.run();
            eventually().until(() -> server.received().size() == 1);
        }
    }

    /** A mail that fails in a way that nobody expects, so many times, when its DSN parameters are read. */
    private static Mail broken(Mail mail, AtomicInteger times) {
        return (Mail) Proxy.newProxyInstance(UnsettledMailTest.class.getClassLoader(), new Class<?>[] {Mail.class},
            (proxy, method, arguments) -> {
                if (method.getName().equals("dsnParameters") && times.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw new StackOverflowError("a mail that is odd");
                }
                try {
                    return method.invoke(mail, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
    }

    @Test
    void aMailThatCannotBeBegunIsTriedAgainWithoutARestart() throws Exception {
        try (SmtpServer server = SmtpServer.accepting();
             Delivery delivery = new Delivery(new FastTime(100)).domain("a.test", server)) {
            AtomicInteger failures = new AtomicInteger(3);
            delivery.queues.handsOut = mail -> broken(mail, failures);
            delivery.start(SOON);
            delivery.send("odd", "x@a.test");
            delivery.settled(1);
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void aMailThatCanNeverBeBegunGoesToTheErrorProcessor() throws Exception {
        try (SmtpServer server = SmtpServer.accepting();
             Delivery delivery = new Delivery(new FastTime(100)).domain("a.test", server)) {
            AtomicInteger failures = new AtomicInteger(11);
            delivery.queues.handsOut = mail -> broken(mail, failures);
            delivery.start(SOON);
            delivery.send("odd", "x@a.test");
            delivery.settled(1);
            assertThat(server.received()).isEmpty();
            assertThat(delivery.context.sentTo(Mail.ERROR)).hasSize(1);
        }
    }
}
