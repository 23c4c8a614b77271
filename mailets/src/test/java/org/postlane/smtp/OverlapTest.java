// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.smtp.RecipientResult.Status.AMBIGUOUS;
import static org.postlane.smtp.RecipientResult.Status.DEFERRED;
import static org.postlane.smtp.RecipientResult.Status.DELIVERED;
import static org.postlane.smtp.RecipientResult.Status.FAILED;
import static org.postlane.testing.Reaction.reply;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

/** What runs ahead of its answers: what it saves, when it is allowed, and that each transaction keeps its own outcome. */
class OverlapTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final String[] BDAT = {"PIPELINING", "CHUNKING", "ENHANCEDSTATUSCODES"};
    private static final String[] DATA = {"PIPELINING", "ENHANCEDSTATUSCODES"};

    private final ScriptedBehaviour behaviour = Behaviour.accepting();
    private final Stall stall = new Stall();
    private SmtpServer server;
    private Relay relay;

    private SmtpConnection connect(Duration limit, String... extensions) {
        server = SMTP.start(SmtpServer.builder().behaviour(behaviour).extensions(extensions));
        relay = new Relay(server);
        return SMTP.connect(SessionSettings.to(relay.address(), SmtpFixture.NAME).timeouts(
            SmtpTimeouts.RFC_5321.withEveryPhase(limit)).tls(TlsMode.NONE).transactionsInFlight(4).build());
    }

    private SmtpConnection connect(String... extensions) {
        return connect(SmtpFixture.AMPLE, extensions);
    }

    @AfterEach
    void end() {
        stall.release();
        if (relay != null) {
            relay.close();
        }
    }

    private static CompletableFuture<TransactionResult> begin(SmtpConnection connection, String recipient) {
        return connection.send(SmtpFixture.envelope(recipient), TestContent.SMALL);
    }

    private static List<RecipientResult.Status> statuses(CompletableFuture<TransactionResult> sent) {
        return SmtpFixture.statuses(SmtpFixture.get(sent).recipients());
    }

    private void said(String what, int times) {
        await().atMost(SmtpFixture.AMPLE).untilAsserted(() -> assertThat(relay.count(what)).isEqualTo(times));
    }

    private List<CompletableFuture<TransactionResult>> beginAll(SmtpConnection connection, int count) {
        List<CompletableFuture<TransactionResult>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(begin(connection, i + "@example.org"));
        }
        return sent;
    }

    @Test
    void fourMailsByBdatAreOnTheWireBeforeTheFirstAnswer() {
        behaviour.mail(Reaction.stall(stall).then(Reaction.proceed())).afterFirst(2).once();
        SmtpConnection connection = connect(BDAT);
        SmtpFixture.send(connection, "one@example.org");
        SmtpFixture.send(connection, "two@example.org");
        int turns = relay.turns();
        List<CompletableFuture<TransactionResult>> sent = beginAll(connection, 6);
        // No more than were asked for, although six wait; and the first has no answer to its MAIL.
        said(" LAST\r\n", 2 + 4);
        assertThat(relay.count("MAIL FROM:")).isEqualTo(2 + 4);
        // The answer to RSET comes before the one to MAIL, and is all that came.
        assertThat(relay.turns() - turns).isLessThanOrEqualTo(2);
        assertThat(sent).noneMatch(CompletableFuture::isDone);
        stall.release();
        sent.forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
        assertThat(server.received()).extracting(mail -> mail.recipientAddresses().get(0).charAt(0))
            .containsExactly('o', 't', '0', '1', '2', '3', '4', '5');
    }

    @Test
    void byDataEachMailCostsOneRoundTrip() {
        int mails = 12;
        AtomicInteger ended = new AtomicInteger();
        behaviour.endOfData(turn -> {
            int number = ended.incrementAndGet();
            // The server answers no end before the next mail is behind it, so the counting does not depend on who is faster.
            if (number > 1 && number < mails) {
                await().atMost(SmtpFixture.AMPLE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
                    .until(() -> relay.count("\r\nDATA\r\n") > number);
            }
            Reaction.proceed().play(turn);
        });
        SmtpConnection connection = connect(DATA);
        beginAll(connection, mails).forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
        // EHLO; the first mail and its content; the second; then each content with the commands of the next.
        assertThat(relay.turns()).isEqualTo(1 + 2 + 1 + mails - 1);
        assertThat(server.received()).hasSize(mails);
    }

    @Test
    void nothingOverlapsTheFirstMailOfAConnection() {
        behaviour.endOfData(Reaction.stall(stall).then(Reaction.proceed())).once();
        for (String[] extensions : List.of(DATA, BDAT)) {
            SmtpConnection connection = connect(extensions);
            List<CompletableFuture<TransactionResult>> sent = beginAll(connection, 3);
            await().atMost(SmtpFixture.AMPLE).until(() -> extensions == BDAT || stall.waiting() == 1);
            assertThat(relay.count("MAIL FROM:")).isLessThanOrEqualTo(extensions == BDAT ? 3 : 1);
            stall.release();
            sent.forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
            relay.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CHUNKING", "8BITMIME"})
    void nothingRunsAheadWhereAllGoodAnswersLookAlike(String extension) {
        AtomicInteger most = new AtomicInteger();
        AtomicInteger mails = new AtomicInteger();
        behaviour.mail(turn -> {
            most.accumulateAndGet(relay.count("MAIL FROM:") - mails.incrementAndGet(), Math::max);
            most.accumulateAndGet(relay.count(" LAST") - mails.get() + 1, Math::max);
            reply("250 ok").play(turn);
        }).rcpt(reply("250 ok")).rset(reply("250 ok")).endOfData(turn -> {
            turn.pause(Duration.ofMillis(20));
            most.accumulateAndGet(relay.count("MAIL FROM:") - mails.get(), Math::max);
            reply("250 ok").play(turn);
        });
        SmtpConnection connection = connect("PIPELINING", extension);
        beginAll(connection, 8).forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
        assertThat(most).hasValue(0);
    }

    @Test
    void a421ToTheEndOfTheFirstLeavesTheSecondUntouched() {
        SMTP.expectViolations();
        behaviour.endOfData(Reaction.stall(stall).then(Reaction.replyThenClose("421 4.3.2 going"))).afterFirst(2).once();
        SmtpConnection connection = connect(BDAT);
        beginAll(connection, 2).forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
        CompletableFuture<TransactionResult> first = begin(connection, "a@example.org");
        CompletableFuture<TransactionResult> second = begin(connection, "b@example.org");
        said(" LAST\r\n", 4);
        stall.release();
        assertThat(statuses(first)).containsExactly(AMBIGUOUS);
        assertThat(SmtpFixture.failure(second)).isInstanceOf(StaleConnectionException.class);
        assertThat(server.received()).hasSize(2);
    }

    @Test
    void aConnectionLostWithTwoInFlightIsAmbiguousForBothOnlyWhereBothContentsHadLeft() {
        SMTP.expectViolations();
        behaviour.endOfData(Reaction.stall(stall).then(Reaction.close())).afterFirst(2).once();
        SmtpConnection connection = connect(BDAT);
        beginAll(connection, 2).forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
        CompletableFuture<TransactionResult> first = begin(connection, "a@example.org");
        CompletableFuture<TransactionResult> second = begin(connection, "b@example.org");
        TestContent large = TestContent.ofSize(40_000_000);
        CompletableFuture<TransactionResult> third = connection.send(SmtpFixture.envelope("c@example.org"), large);
        said(" LAST\r\n", 4);
        await().atMost(SmtpFixture.AMPLE).until(() -> large.read.get() > 0);
        stall.release();
        assertThat(statuses(first)).containsExactly(AMBIGUOUS);
        assertThat(statuses(second)).containsExactly(AMBIGUOUS);
        assertThat(SmtpFixture.failure(third)).isInstanceOf(StaleConnectionException.class);
    }

    @Test
    void contentThatCannotBeReadLeavesTheOutcomeOfTheMailBeforeAlone() {
        for (String[] extensions : List.of(BDAT, DATA)) {
            SmtpConnection connection = connect(extensions);
            beginAll(connection, 2).forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
            CompletableFuture<TransactionResult> first = begin(connection, "a@example.org");
            CompletableFuture<TransactionResult> second = connection.send(SmtpFixture.envelope("b@example.org"),
                TestContent.failingAfter(50_000, new IOException("disk")));
            assertThat(statuses(first)).containsExactly(DELIVERED);
            assertThat(statuses(second)).containsExactly(DEFERRED);
            assertThat(SmtpFixture.get(second).recipients().get(0).failure().orElseThrow().fault()).isEqualTo(Fault.MESSAGE);
            assertThat(server.received()).hasSize(3);
            if (extensions == BDAT) {
                assertThat(statuses(begin(connection, "c@example.org"))).containsExactly(DELIVERED);
            }
            relay.close();
        }
    }

    @Test
    void largeContentBehindSmallAndSmallBehindLargeArriveWhole() {
        SmtpConnection connection = connect(BDAT);
        List<CompletableFuture<TransactionResult>> sent = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            sent.add(connection.send(SmtpFixture.envelope(i + "@example.org"), TestContent.ofSize(i % 3 == 1 ? 3_000_000 : 720)));
        }
        sent.forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
        assertThat(server.received()).extracting(ReceivedMail::size).containsExactly(720, 3_000_000 / 72 * 72, 720, 720,
            3_000_000 / 72 * 72, 720, 720, 3_000_000 / 72 * 72, 720);
    }

    @Test
    void aPeerThatDoesNotSwallowTheOctetsOfBdatNeverSeesASecondMail() {
        SMTP.expectViolations();
        behaviour.bdatUnknown();
        SmtpConnection connection = connect(BDAT);
        TestContent evil = TestContent.of("RSET\r\nMAIL FROM:<evil@example.org>\r\nRCPT TO:<second@example.org>\r\n");
        CompletableFuture<TransactionResult> first = begin(connection, "a@example.org");
        CompletableFuture<TransactionResult> second = connection.send(SmtpFixture.envelope("b@example.org"), evil);
        assertThat(SmtpFixture.failure(first)).isInstanceOf(SmtpException.class);
        assertThat(SmtpFixture.failure(second)).isInstanceOf(SmtpException.class);
        assertThat(relay.count("evil@example.org")).isZero();
        assertThat(server.received()).isEmpty();
        // The same server without the extension that it cannot do.
        SmtpConnection again = SMTP.connect(SmtpFixture.settings(server).ignoring(List.of("CHUNKING")).build());
        assertThat(statuses(begin(again, "a@example.org"))).containsExactly(DELIVERED);
    }

    @Test
    void aMissingAnswerToOneRecipientNeverFailsItForTheRefusalOfTheNext() {
        SMTP.expectViolations();
        SmtpConnection connection = connect(SmtpFixture.SHORT, BDAT);
        beginAll(connection, 2).forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
        behaviour.rcpt("a@example.org", Reaction.silence()).rcpt("b@example.org", reply("550 5.1.1 no"));
        assertThat(statuses(connection.send(SmtpFixture.envelope("a@example.org", "b@example.org", "c@example.org"),
            TestContent.SMALL))).doesNotContain(FAILED, DELIVERED);
    }

    @Test
    void anAnswerTooManyNeverMovesARefusalToTheEnd() {
        SMTP.expectViolations();
        SmtpConnection connection = connect(BDAT);
        beginAll(connection, 2).forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
        behaviour.rcpt("a@example.org", Reaction.twoAtOnce("250 2.1.5 ok", "250 2.1.5 ok"))
            .rcpt("b@example.org", reply("550 5.1.1 no"));
        assertThat(statuses(connection.send(SmtpFixture.envelope("a@example.org", "b@example.org"), TestContent.SMALL)))
            .containsExactly(AMBIGUOUS, AMBIGUOUS);
        SmtpFixture.get(connection.closed());
    }

    @Test
    void anAnswerTooManyOrTooFewBetweenTwoMailsByDataNeverDeliversTheSecond() {
        SMTP.expectViolations();
        for (Reaction odd : List.of(Reaction.twoAtOnce("250 2.0.0 taken as 1", "250 2.0.0 taken as 1"), Reaction.silence())) {
            behaviour.clear();
            SmtpConnection connection = connect(SmtpFixture.SHORT.multipliedBy(3), DATA);
            beginAll(connection, 1).forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
            behaviour.endOfData(turn -> {
                await().atMost(SmtpFixture.AMPLE).until(() -> relay.count("\r\nDATA\r\n") == 3);
                odd.play(turn);
            }).once();
            CompletableFuture<TransactionResult> first = begin(connection, "a@example.org");
            CompletableFuture<TransactionResult> second = begin(connection, "b@example.org");
            assertThat(statuses(first)).doesNotContain(FAILED, DEFERRED);
            assertThat(SmtpFixture.failure(second)).isInstanceOf(SmtpException.class);
            assertThat(server.received()).hasSizeLessThanOrEqualTo(2);
            relay.close();
        }
    }

    @Test
    void afterTwoSecondsOfSilenceTheCommandsAreConfirmedBeforeContentFollows() {
        server = SMTP.start(SmtpServer.builder().behaviour(behaviour).extensions(BDAT));
        relay = new Relay(server);
        AtomicLong now = new AtomicLong();
        try (SmtpClient client = new SmtpClient(now::get)) {
            SmtpConnection connection = SmtpFixture.get(client.connect(SessionSettings.to(relay.address(), SmtpFixture.NAME)
                .timeouts(SmtpTimeouts.RFC_5321.withEveryPhase(SmtpFixture.AMPLE)).tls(TlsMode.NONE).build()));
            beginAll(connection, 2).forEach(each -> assertThat(statuses(each)).containsExactly(DELIVERED));
            now.addAndGet(SmtpLimits.SILENCE_BEFORE_CONFIRMING.minusMillis(1).toNanos());
            assertThat(turnsOfOneMail(connection)).isEqualTo(1);
            now.addAndGet(SmtpLimits.SILENCE_BEFORE_CONFIRMING.toNanos());
            assertThat(turnsOfOneMail(connection)).isGreaterThan(1);
            assertThat(turnsOfOneMail(connection)).isEqualTo(1);
            SmtpFixture.get(connection.quit());
        }
    }

    /** RSET is held back until the content is here, or for as long as shows that none comes. */
    private int turnsOfOneMail(SmtpConnection connection) {
        int before = relay.turns();
        int contents = relay.count(" LAST\r\n");
        behaviour.clear().rset(turn -> {
            for (int i = 0; i < 300 && relay.count(" LAST\r\n") == contents; i++) {
                turn.pause(Duration.ofMillis(10));
            }
            Reaction.proceed().play(turn);
        });
        assertThat(statuses(begin(connection, "a@example.org"))).containsExactly(DELIVERED);
        return relay.turns() - before;
    }
}
