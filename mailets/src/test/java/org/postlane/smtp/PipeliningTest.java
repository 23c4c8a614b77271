// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

/** RFC 2920: what may go wrong when commands go out before the replies to earlier ones have come. */
class PipeliningTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private final ScriptedBehaviour behaviour = Behaviour.accepting();

    private SmtpServer server(String... extensions) {
        return SMTP.start(SmtpServer.builder().behaviour(behaviour).extensions(extensions));
    }

    @Test
    void allCommandsUpToDataGoOutBeforeTheFirstReply() {
        Stall stall = new Stall();
        behaviour.mail(Reaction.stall(stall).then(Reaction.proceed()));
        SmtpServer server = server("PIPELINING");
        SmtpConnection connection = SMTP.connect(server);
        var sent = connection.send(SmtpFixture.envelope("a@example.org", "b@example.org"), TestContent.SMALL);
        await().atMost(SmtpFixture.AMPLE).until(() -> stall.waiting() == 1);
        assertThat(sent).isNotDone();
        stall.release();
        SmtpFixture.get(sent);
        assertThat(server.connections().get(0).clientLines())
            .contains("MAIL FROM:<sender@example.org>", "RCPT TO:<a@example.org>", "RCPT TO:<b@example.org>", "DATA");
    }

    @Test
    void withoutPipeliningDataIsNotSaidWhenEverybodyWasRefused() {
        behaviour.rcpt(Reaction.reply("550 5.1.1 no"));
        SmtpServer server = server("8BITMIME");
        SmtpConnection connection = SMTP.connect(server);
        SmtpFixture.send(connection, "a@example.org");
        assertThat(server.statistics().commands("DATA")).isZero();
        assertThat(connection.isUsable()).isTrue();
    }

    @Test
    void aServerThatWaitsForContentAlthoughItRefusedEverybodyGetsALoneDot() {
        behaviour.rcpt(Reaction.reply("550 5.1.1 no")).data(Reaction.reply("354 go ahead"));
        SmtpServer server = server("PIPELINING");
        SmtpConnection connection = SMTP.connect(server);
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, "a@example.org", "b@example.org")))
            .containsOnly(RecipientResult.Status.FAILED);
        assertThat(server.unaccepted()).hasSize(1).allMatch(mail -> mail.size() == 0);
        behaviour.clear();
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, "a@example.org")))
            .containsExactly(RecipientResult.Status.DELIVERED);
    }

    @Test
    void nobodyIsDeliveredByALoneDotThatIsAnswered250() {
        behaviour.rcpt(Reaction.reply("450 4.2.0 no")).data(Reaction.reply("354 go ahead"))
            .endOfData(Reaction.reply("250 2.0.0 yes"));
        assertThat(SmtpFixture.statuses(SmtpFixture.send(SMTP.connect(server("PIPELINING")), "a@example.org")))
            .containsExactly(RecipientResult.Status.DEFERRED);
    }

    @Test
    void aLoneDotAlsoFollowsARefusedMail() {
        behaviour.mail(Reaction.reply("550 5.7.1 not you")).data(Reaction.reply("354 go ahead"));
        SmtpConnection connection = SMTP.connect(server("PIPELINING"));
        List<RecipientResult> results = SmtpFixture.send(connection, "a@example.org");
        assertThat(SmtpFixture.statuses(results)).containsExactly(RecipientResult.Status.FAILED);
        assertThat(results.get(0).failure().orElseThrow().fault()).isEqualTo(Fault.MESSAGE);
        assertThat(connection.isUsable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PIPELINING", "8BITMIME"})
    void aReplyTooManyDoesNotShiftALaterRefusalToEverybody(String extension) {
        SMTP.expectViolations();
        behaviour.mail(Reaction.twoAtOnce("250 2.1.0 ok", "250 2.1.0 ok")).rcpt("b@example.org", Reaction.reply("550 5.1.1 no"));
        SmtpServer server = server(extension);
        SmtpConnection connection = SMTP.connect(server);
        var sent = connection.send(SmtpFixture.envelope("a@example.org", "b@example.org"), TestContent.SMALL);
        await().atMost(SmtpFixture.AMPLE).until(sent::isDone);
        if (!sent.isCompletedExceptionally()) {
            assertThat(SmtpFixture.statuses(sent.join().recipients())).doesNotContain(RecipientResult.Status.DELIVERED);
            assertThat(sent.join().recipients().get(0).status()).isNotEqualTo(RecipientResult.Status.FAILED);
        }
        assertThat(connection.isUsable()).isFalse();
        assertThat(server.received()).isEmpty();
        assertThat(server.unaccepted()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"250 2.0.0 fine", "334 go on", "300 hm"})
    void noContentIsSentAfterAnythingBut354(String answer) {
        SMTP.expectViolations();
        for (String extension : List.of("PIPELINING", "8BITMIME")) {
            behaviour.clear().data(Reaction.reply(answer));
            SmtpServer server = server(extension);
            SmtpConnection connection = SMTP.connect(server);
            TestContent content = TestContent.of(TestContent.TEXT);
            assertThat(SmtpFixture.failure(connection.send(SmtpFixture.envelope("a@example.org"), content)))
                .isInstanceOf(SmtpException.class).hasMessageContaining("answered DATA with " + answer);
            assertThat(content.opened).hasValue(0);
            assertThat(connection.isUsable()).isFalse();
            await().atMost(SmtpFixture.AMPLE).until(() -> server.openConnections().isEmpty());
            assertThat(server.connections().get(0).clientLines()).endsWith("DATA");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PIPELINING", "8BITMIME"})
    void anIntermediateReplyToMailOrRcptEndsTheSession(String extension) {
        SMTP.expectViolations();
        behaviour.mail(Reaction.reply("354 what?"));
        SmtpConnection first = SMTP.connect(server(extension));
        assertThat(SmtpFixture.failure(first.send(SmtpFixture.envelope("a@example.org"), TestContent.SMALL)))
            .isInstanceOf(SmtpException.class);
        behaviour.clear().rcpt(Reaction.reply("334 what?"));
        SmtpConnection second = SMTP.connect(server(extension));
        assertThat(SmtpFixture.failure(second.send(SmtpFixture.envelope("a@example.org"), TestContent.SMALL)))
            .isInstanceOf(SmtpException.class);
        assertThat(first.isUsable() || second.isUsable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PIPELINING", "8BITMIME"})
    void aThousandRecipientsNeitherDeadlockNorOverflowTheStack(String extension) {
        String[] recipients = IntStream.range(0, 1000).mapToObj(i -> "user" + i + "@example.org").toArray(String[]::new);
        SmtpServer server = server(extension);
        assertThat(SmtpFixture.statuses(SmtpFixture.send(SMTP.connect(server), recipients)))
            .hasSize(1000).containsOnly(RecipientResult.Status.DELIVERED);
        assertThat(server.received().get(0).recipientAddresses()).containsExactly(recipients);
    }

    @Test
    void resultsGivenBefore421Stand() {
        SMTP.expectViolations();
        behaviour.rcpt("a@example.org", Reaction.reply("550 5.1.1 no")).rcpt("c@example.org", Reaction.replyThenClose("421 bye"));
        for (String extension : List.of("PIPELINING", "8BITMIME")) {
            SmtpConnection connection = SMTP.connect(server(extension));
            assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, "a@example.org", "b@example.org", "c@example.org",
                "d@example.org"))).containsExactly(RecipientResult.Status.FAILED, RecipientResult.Status.DEFERRED,
                    RecipientResult.Status.DEFERRED, RecipientResult.Status.DEFERRED);
            assertThat(connection.isUsable()).isFalse();
        }
    }
}
