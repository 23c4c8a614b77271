// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.reply;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;

import com.google.common.collect.ImmutableMap;
import org.apache.james.core.MailAddress;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.junit.jupiter.api.Test;
import org.postlane.james.ConfigurationError;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** Senders of mail that takes long. Every delay is over at once, and the clock has then gone forward by it. */
class DelayWarningTest {
    private static final ScriptedBehaviour NEVER_NOW = Behaviour.accepting().rcpt(reply("450 4.2.1 mailbox locked"));

    private static Delivery inNoTime(SmtpServer server) {
        TestClock clock = new TestClock();
        Delivery delivery = new Delivery().domain("a.test", server);
        delivery.clock = clock;
        delivery.queues.realDelay = delay -> {
            clock.forward(delay);
            return Duration.ZERO;
        };
        return delivery;
    }

    private static MailImpl wishing(Notify... wishes) throws Exception {
        MailImpl mail = Delivery.mail("mail", "x@a.test", "y@a.test");
        mail.setDsnParameters(DsnParameters.builder().rcptParameters(ImmutableMap.of(new MailAddress("x@a.test"),
            RecipientDsnParameters.of(EnumSet.of(wishes[0], wishes)))).build().orElseThrow());
        return mail;
    }

    @Test
    void theSenderIsToldOfADelayOnceAndThenOfTheFailure() throws Exception {
        try (SmtpServer server = SmtpServer.with(NEVER_NOW); Delivery delivery = inNoTime(server)) {
            delivery.start();
            delivery.send("mail", "x@a.test", "y@a.test");
            eventually().until(() -> delivery.context.reports.size() == 2);
            delivery.settled();
            ParsedReport delayed = delivery.context.reports.get(0);
            assertThat(delayed.header("Subject")).isEqualTo("Delayed mail");
            assertThat(delayed.recipients()).containsExactlyInAnyOrder("x@a.test", "y@a.test");
            assertThat(delayed.of("x@a.test")).containsEntry("Action", "delayed").containsEntry("Status", "4.2.1")
                .containsEntry("Diagnostic-Code", "smtp; 450 4.2.1 mailbox locked").containsKey("Will-Retry-Until");
            assertThat(delayed.returnedType()).isEqualTo("text/rfc822-headers");
            ParsedReport failed = delivery.context.reports.get(1);
            assertThat(failed.header("Subject")).isEqualTo("Undelivered mail");
            assertThat(failed.of("x@a.test")).containsEntry("Action", "failed").containsEntry("Status", "4.2.1")
                .doesNotContainKey("Will-Retry-Until");
            assertThat(delivery.queues.putBack()).filteredOn(put -> !put.attributes().containsKey("postlane-delay-reported"))
                .hasSize(6).allSatisfy(put -> assertThat(put.delay()).isLessThan(Duration.ofHours(4)));
        }
    }

    @Test
    void aDelayIsNotToldToWhoDidNotWantToHearOfIt() throws Exception {
        for (Notify[] wish : List.of(new Notify[] {Notify.NEVER}, new Notify[] {Notify.FAILURE, Notify.SUCCESS})) {
            try (SmtpServer server = SmtpServer.with(NEVER_NOW); Delivery delivery = inNoTime(server)) {
                delivery.start("bounceProcessor", "failed");
                delivery.send(wishing(wish));
                eventually().until(() -> !delivery.context.sentTo("failed").isEmpty());
                assertThat(delivery.context.reports).hasSize(1).first()
                    .satisfies(report -> assertThat(report.recipients()).containsExactly("y@a.test"));
            }
        }
        try (SmtpServer server = SmtpServer.with(NEVER_NOW); Delivery delivery = inNoTime(server)) {
            delivery.start("bounceProcessor", "failed", "delayWarning", "none");
            delivery.send("mail", "x@a.test");
            eventually().until(() -> !delivery.context.sentTo("failed").isEmpty());
            assertThat(delivery.context.reports).isEmpty();
        }
    }

    @Test
    void withStocksCountsNobodyPromisesATimeAndTheWarningComesAsSet() throws Exception {
        try (SmtpServer server = SmtpServer.with(NEVER_NOW); Delivery delivery = inNoTime(server)) {
            delivery.start("delayTime", "30 min", "maxRetries", "9", "delayWarning", "1 h");
            delivery.send("mail", "x@a.test");
            eventually().until(() -> delivery.context.reports.size() == 2);
            // They leave on threads of their own, and here no time lies between them.
            assertThat(delivery.context.reports).extracting(report -> report.of("x@a.test"))
                .anySatisfy(warning -> assertThat(warning)
                    .containsEntry("Action", "delayed").doesNotContainKey("Will-Retry-Until"))
                .anySatisfy(end -> assertThat(end).containsEntry("Action", "failed"));
            assertThat(delivery.queues.putBack()).hasSize(9)
                .filteredOn(put -> put.attributes().containsKey("postlane-delay-reported")).hasSize(7);
        }
    }

    @Test
    void ourOwnScheduleHasItsOwnKeys() throws Exception {
        try (SmtpServer server = SmtpServer.with(NEVER_NOW); Delivery delivery = inNoTime(server)) {
            delivery.start("minBackoff", "1 min", "maxBackoff", "2 min", "queueLifetime", "10 min", "bounceProcessor", "failed");
            delivery.send("mail", "x@a.test");
            eventually().until(() -> !delivery.context.sentTo("failed").isEmpty());
            List<WatchedQueues.Put> back = delivery.queues.putBack();
            assertThat(back.get(0).delay()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(72));
            assertThat(back).hasSizeBetween(6, 9)
                .allMatch(put -> put.delay().compareTo(Duration.ofMinutes(2)) <= 0);
            assertThat(back.stream().map(WatchedQueues.Put::delay).reduce(Duration.ZERO, Duration::plus))
                .isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10).plusSeconds(2));
        }
        for (String[] wrong : List.of(new String[] {"minBackoff", "5 h", "maxBackoff", "4 h"},
            new String[] {"minBackoff", "1 min", "delayTime", "5 min"}, new String[] {"maxBackoff", "1 h", "delayTime", "5 min"},
            new String[] {"delayWarning", "never"}, new String[] {"delayWarning", "4"}, new String[] {"queueLifetime", "0 s"})) {
            try (Delivery delivery = new Delivery()) {
                String named = wrong[1].equals("5 h") ? "maxBackoff" : wrong[0];
                assertThatThrownBy(() -> delivery.start(wrong)).as(String.join(" ", wrong))
                    .isInstanceOf(ConfigurationError.class).hasMessageContaining("<" + named + ">");
            }
        }
    }
}
