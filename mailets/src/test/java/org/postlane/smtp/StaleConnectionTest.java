// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Connection;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** A connection in reserve that died, or will not be reset: the mail is not to blame and goes out over a new one. */
class StaleConnectionTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private final ScriptedBehaviour behaviour = Behaviour.accepting();

    private SmtpServer server(String... extensions) {
        return SMTP.start(SmtpServer.builder().behaviour(behaviour).extensions(extensions));
    }

    private static StaleConnectionException sendStale(SmtpConnection connection) {
        TestContent content = TestContent.of(TestContent.TEXT);
        Throwable failure = SmtpFixture.failure(connection.send(SmtpFixture.envelope("a@example.org"), content));
        assertThat(failure).isInstanceOf(StaleConnectionException.class);
        assertThat(content.opened).hasValue(0);
        return (StaleConnectionException) failure;
    }

    private void diesIdle(Consumer<Connection> disturbance) {
        SmtpServer server = server("PIPELINING");
        SmtpConnection connection = SMTP.connect(server);
        SmtpFixture.send(connection, "a@example.org");
        disturbance.accept(server.connections().get(0));
        await().atMost(SmtpFixture.AMPLE).until(() -> !connection.isUsable());
        assertThat(sendStale(connection).isResetRefused()).isFalse();
        assertThat(server.statistics().commands("MAIL")).isEqualTo(1);
    }

    @Test
    void anEndOfStreamWhileIdleIsSeen() {
        diesIdle(Connection::closeNow);
    }

    @Test
    void aResetWhileIdleIsSeen() {
        diesIdle(Connection::resetNow);
    }

    @Test
    void a421WhileIdleIsNotTakenForTheNextReply() {
        diesIdle(connection -> connection.sendNow("421 4.4.2 idle for too long"));
    }

    @Test
    void unaskedRepliesWhileIdleAreNotTakenForTheNextReply() {
        diesIdle(connection -> connection.sendNow("250 2.0.0 ok"));
    }

    @Test
    void partOfALineWhileIdleMakesTheConnectionUnusableAtOnce() {
        SMTP.expectViolations();
        behaviour.noop(Reaction.proceed()).endOfData(Reaction.proceed().then(Reaction.delay(SmtpFixture.SHORT.dividedBy(4)))
            .then(Reaction.unfinished("250 to be contin")));
        SmtpConnection connection = SMTP.connect(server("PIPELINING"));
        SmtpFixture.send(connection, "a@example.org");
        await().atMost(SmtpFixture.AMPLE).until(() -> !connection.isUsable());
        sendStale(connection);
    }

    @Test
    void deathRightBeforeMailIsSeenByTheNextTransaction() {
        behaviour.mail(Reaction.close()).afterFirst(1);
        SmtpConnection connection = SMTP.connect(server("8BITMIME"));
        SmtpFixture.send(connection, "a@example.org");
        assertThat(SmtpFixture.get(connection.reset())).isTrue();
        assertThat(sendStale(connection).isResetRefused()).isFalse();
    }

    @Test
    void theFirstMailOfAConnectionIsNeverStale() {
        behaviour.mail(Reaction.close());
        Throwable failure = SmtpFixture.failure(SMTP.connect(server("PIPELINING"))
            .send(SmtpFixture.envelope("a@example.org"), TestContent.SMALL));
        assertThat(failure).isInstanceOf(SmtpException.class).isNotInstanceOf(StaleConnectionException.class);
    }

    @Test
    void aRefusedPipelinedRsetDiscardsTheConnectionAndNotTheMail() {
        SMTP.expectViolations();
        behaviour.rset(Reaction.reply("502 5.5.1 no such thing"));
        SmtpServer server = server("PIPELINING");
        SmtpConnection connection = SMTP.connect(server);
        SmtpFixture.send(connection, "a@example.org");
        assertThat(SmtpFixture.get(connection.reset())).isTrue();
        assertThat(sendStale(connection).isResetRefused()).isTrue();
        SmtpFixture.get(connection.closed());
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void aRefusedRsetWithoutPipeliningIsToldToWhoeverReturnsTheConnection() {
        behaviour.rset(Reaction.reply("502 5.5.1 no such thing"));
        SmtpConnection connection = SMTP.connect(server("8BITMIME"));
        SmtpFixture.send(connection, "a@example.org");
        assertThat(SmtpFixture.get(connection.reset())).isFalse();
        assertThat(sendStale(connection).isResetRefused()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PIPELINING", "8BITMIME"})
    void a421ToRsetIsADeadConnectionAndNoRefusal(String extension) {
        SMTP.expectViolations();
        behaviour.rset(Reaction.replyThenClose("421 4.4.2 bye"));
        SmtpConnection connection = SMTP.connect(server(extension));
        SmtpFixture.send(connection, "a@example.org");
        assertThat(sendStale(connection).isResetRefused()).isFalse();
    }

    @Test
    void rsetCostsNoRoundTripWithPipeliningAndIsSentOnReturnWithout() {
        SmtpServer pipelining = server("PIPELINING");
        SmtpConnection fast = SMTP.connect(pipelining);
        assertThat(SmtpFixture.get(fast.reset())).isTrue();
        SmtpFixture.send(fast, "a@example.org");
        assertThat(SmtpFixture.get(fast.reset())).isTrue();
        assertThat(pipelining.statistics().commands("RSET")).isZero();
        SmtpFixture.send(fast, "a@example.org");
        assertThat(pipelining.statistics().commands("RSET")).isEqualTo(1);

        SmtpServer plain = server("8BITMIME");
        SmtpConnection slow = SMTP.connect(plain);
        SmtpFixture.send(slow, "a@example.org");
        assertThat(SmtpFixture.get(slow.reset())).isTrue();
        assertThat(plain.statistics().commands("RSET")).isEqualTo(1);
        SmtpFixture.send(slow, "a@example.org");
        assertThat(plain.statistics().commands("RSET")).isEqualTo(1);
    }
}
