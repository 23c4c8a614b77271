// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.mailet.Delivery.eventually;
import static org.postlane.testing.Reaction.reply;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.apache.james.core.MailAddress;
import org.apache.james.mailrepository.api.MailKey;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** Mail that was given up and is kept. */
class DeadLettersTest {
    private static final String URL = "memory://var/mail/dead-letters/";

    private static <T> T attribute(Mail mail, String name, Class<T> type) {
        return AttributeUtils.getValueAndCastFromMail(mail, AttributeName.of(name), type).orElse(null);
    }

    private static List<String> recipients(Mail mail) {
        return mail.getRecipients().stream().map(MailAddress::asString).toList();
    }

    @Test
    void whatFailedAndWhatRanOutOfAttemptsIsKeptWithTheReasonEachUnderANameOfItsOwn() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt("x@a.test", reply("550 5.1.1 nobody"))
            .rcpt("y@a.test", reply("450 4.2.1 locked"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("deadLetters", URL, "delayTime", "10", "maxRetries", "2");
            delivery.send("mail", "w@a.test", "x@a.test", "y@a.test");
            delivery.settled(3);
            List<Mail> kept = delivery.repositories.mailsAt(URL);
            assertThat(kept).extracting(DeadLettersTest::recipients)
                .containsExactlyInAnyOrder(List.of("x@a.test"), List.of("y@a.test"));
            assertThat(kept).extracting(Mail::getName).doesNotHaveDuplicates().allMatch(name -> name.startsWith("mail-dead-"));
            assertThat(kept).extracting(Mail::getState).containsOnly("root");
            for (Mail mail : kept) {
                boolean refused = recipients(mail).contains("x@a.test");
                assertThat(attribute(mail, "is-delivery-permanent-error", Boolean.class)).isEqualTo(refused);
                assertThat(attribute(mail, "delivery-error-code", Integer.class)).isEqualTo(refused ? 550 : 450);
                assertThat(attribute(mail, "delivery-error", String.class))
                    .contains(refused ? "550 5.1.1 nobody" : "450 4.2.1 locked");
                assertThat(mail.getMessage().getSubject()).isEqualTo("mail");
            }
            assertThat(delivery.context.reports).hasSize(2);
        }
    }

    @Test
    void aRepositoryThatRefusesKeepsTheMailInTheQueueAndItsSenderIsToldAfterwards() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt(reply("550 5.1.1 nobody"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("deadLetters", URL);
            delivery.repositories.storesToFail.set(2);
            delivery.send("mail", "x@a.test");
            eventually().until(() -> delivery.repositories.storesToFail.get() == 1);
            assertThat(delivery.context.reports).isEmpty();
            assertThat(delivery.queues.done).hasValue(0);
            delivery.settled();
            assertThat(delivery.repositories.mailsAt(URL)).hasSize(1);
            assertThat(delivery.repositories.stores).hasValue(1);
            assertThat(delivery.context.reports).hasSize(1);
            assertThat(server.statistics().commands("RCPT")).isEqualTo(1);
        }
    }

    @Test
    void aKeptMailThatIsSentAgainBeginsAnew() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt(reply("450 4.2.1 locked")).times(2);
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            TestClock clock = new TestClock();
            delivery.clock = clock;
            delivery.queues.realDelay = delay -> {
                clock.forward(Duration.ofDays(1));
                return Duration.ZERO;
            };
            delivery.start("deadLetters", URL, "delayTime", "10", "maxRetries", "1");
            delivery.send("mail", "x@a.test");
            eventually().until(() -> !delivery.repositories.mailsAt(URL).isEmpty());
            Mail kept = delivery.repositories.mailsAt(URL).get(0);
            assertThat(attribute(kept, "delivery_retry_count", Integer.class)).isEqualTo(1);
            delivery.send((MailImpl) kept);
            delivery.settled();
            assertThat(server.received()).hasSize(1);
            assertThat(delivery.queues.puts.get(delivery.queues.puts.size() - 1).attributes().keySet())
                .containsExactlyInAnyOrder("postlane-queued-at", "postlane-delivery-id");
            assertThat((long) delivery.queues.puts.get(2).attributes().get("postlane-queued-at"))
                .isGreaterThan((long) delivery.queues.puts.get(0).attributes().get("postlane-queued-at"));
        }
    }

    /** James removes it from the repository after the spool has it: by then it may have failed again. */
    @Test
    void whatIsSentAgainAndFailsAgainIsNotKeptUnderTheNameThatIsRemoved() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt(reply("550 5.1.1 nobody"));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("deadLetters", URL);
            delivery.send("mail", "x@a.test");
            delivery.settled();
            String name = delivery.repositories.mailsAt(URL).get(0).getName();
            for (int times = 1; times <= 2; times++) {
                Mail kept = delivery.repositories.mailsAt(URL).get(0);
                String removed = kept.getName();
                kept.setAttribute(new Attribute(AttributeName.of("mailRepository-reprocessing"), AttributeValue.of(times)));
                delivery.send((MailImpl) kept);
                delivery.settled(times + 1);
                delivery.repositories.at(URL).remove(new MailKey(removed));
                assertThat(delivery.repositories.mailsAt(URL)).extracting(Mail::getName)
                    .containsExactly(name + "-again-" + times);
            }
        }
    }

    @Test
    void manyReasonsMakeOneCopyAndNotOneEach() throws Exception {
        ScriptedBehaviour behaviour = Behaviour.accepting();
        String[] recipients = IntStream.range(0, 30).mapToObj(i -> "r" + i + "@a.test").toArray(String[]::new);
        for (String recipient : recipients) {
            behaviour.rcpt(recipient, reply("550 5.1.1 " + recipient + " is nobody"));
        }
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("deadLetters", URL);
            MailImpl mail = Delivery.mail("mail", recipients);
            mail.setSender((MailAddress) null);
            delivery.send(mail);
            delivery.settled();
            assertThat(delivery.repositories.mailsAt(URL)).hasSize(1).first().satisfies(kept -> {
                assertThat(recipients(kept)).containsExactlyInAnyOrder(recipients);
                assertThat(attribute(kept, "delivery-error", String.class).lines()).hasSize(21);
                assertThat(attribute(kept, "delivery-error-code", Integer.class)).isNull();
            });
            assertThat(delivery.context.reports).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/var/mail/dead-letters", "pigeon://var/mail/dead-letters/", " "})
    void aRepositoryThatThereIsNotStopsTheStart(String url) throws Exception {
        try (Delivery delivery = new Delivery()) {
            assertThatThrownBy(() -> delivery.start("deadLetters", url)).isInstanceOf(ConfigurationError.class)
                .hasMessageContaining("<deadLetters>" + url).hasMessageContaining("the URL of a mail repository")
                .hasMessageContaining("this James has the protocols memory");
        }
    }
}
