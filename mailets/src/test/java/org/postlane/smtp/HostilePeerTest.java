// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.testing.Reaction.reply;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** Peers that count wrongly, lie, or talk too much, and stores that hang. */
class HostilePeerTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();
    private static final String A = "a@example.org";
    private static final String B = "b@example.org";
    private static final String C = "c@example.org";

    private final ScriptedBehaviour behaviour = Behaviour.accepting();

    private SmtpServer server(String... extensions) {
        return SMTP.start(SmtpServer.builder().behaviour(behaviour).extensions(extensions));
    }

    /** A content whose first octet does not come before the latch is open. */
    private static TestContent stuck(CountDownLatch latch) {
        return TestContent.from(() -> new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    latch.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return -1;
            }

            @Override
            public int read(byte[] octets, int offset, int length) throws IOException {
                return read();
            }
        });
    }

    private static SmtpConnection warm(SmtpConnection connection) {
        for (int mail = 0; mail < 2; mail++) {
            assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, A))).containsExactly(RecipientResult.Status.DELIVERED);
        }
        return connection;
    }

    @ParameterizedTest
    @ValueSource(strings = {"PIPELINING", "PIPELINING CHUNKING", "CHUNKING"})
    void anAbortEndsATransactionWhoseContentIsStuckInTheStore(String offers) {
        CountDownLatch latch = new CountDownLatch(1);
        SmtpServer server = server(offers.split(" "));
        SmtpConnection connection = SMTP.connect(server);
        TestContent content = stuck(latch);
        var sent = connection.send(SmtpFixture.envelope(A), content);
        try {
            await().atMost(SmtpFixture.AMPLE).until(() -> content.opened.get() == 1);
            connection.abort();
            SmtpFixture.get(connection.closed());
            await().atMost(SmtpFixture.AMPLE).until(sent::isDone);
        } finally {
            latch.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PIPELINING", "PIPELINING CHUNKING"})
    void contentThatIsStuckInTheStoreEndsTheTransactionInTime(String offers) {
        CountDownLatch latch = new CountDownLatch(1);
        SmtpServer server = server(offers.split(" "));
        SmtpConnection connection = SMTP.connect(SmtpFixture.settings(server, SmtpFixture.SHORT).build());
        var sent = connection.send(SmtpFixture.envelope(A), stuck(latch));
        try {
            await().atMost(SmtpFixture.AMPLE).until(sent::isDone);
        } finally {
            latch.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PIPELINING", "PIPELINING CHUNKING"})
    void aClosedClientLeavesNoTransactionWithoutAnEnd(String offers) {
        SMTP.expectViolations();
        CountDownLatch latch = new CountDownLatch(1);
        SmtpServer server = server(offers.split(" "));
        CompletableFuture<TransactionResult> sent;
        try (SmtpClient client = new SmtpClient()) {
            SmtpConnection connection = SmtpFixture.get(client.connect(SmtpFixture.settings(server).build()));
            TestContent content = stuck(latch);
            sent = connection.send(SmtpFixture.envelope(A), content);
            await().atMost(SmtpFixture.AMPLE).until(() -> content.opened.get() == 1);
        }
        latch.countDown();
        await().atMost(SmtpFixture.AMPLE).until(sent::isDone);
    }

    @Test
    void aReplyOfManyLongLinesEndsTheSession() {
        String line = "250-" + "a".repeat(4000) + "\n";
        behaviour.mail(reply(line.repeat(5) + "250 ok"));
        SmtpConnection connection = SMTP.connect(server("PIPELINING"));
        SMTP.expectViolations();
        assertThat(SmtpFixture.failure(connection.send(SmtpFixture.envelope(A), TestContent.SMALL)))
            .isInstanceOf(SmtpException.class).hasMessageContaining("more than " + SmtpLimits.REPLY_OCTETS + " octets");
        SmtpFixture.get(connection.closed());
    }

    @Test
    void aRefusalOutOfStepIsNotForGoodWhereContentWentAhead() {
        SMTP.expectViolations();
        SmtpServer server = server("PIPELINING", "CHUNKING", "ENHANCEDSTATUSCODES");
        SmtpConnection connection = warm(SMTP.connect(server));
        behaviour.mail(Reaction.twoAtOnce("250 2.1.0 ok", "250 2.1.0 ok")).rcpt(B, reply("550 5.1.1 no"));
        var sent = connection.send(SmtpFixture.envelope(A, B, C), TestContent.SMALL);
        await().atMost(SmtpFixture.AMPLE).until(sent::isDone);
        assertThat(server.received().get(2).recipientAddresses()).containsExactly(A, C);
        assertThat(sent.join().recipients().get(2).status()).isNotEqualTo(RecipientResult.Status.FAILED);
    }

    @Test
    void aRefusedChunkOutOfStepIsNotForGood() {
        SMTP.expectViolations();
        SmtpServer server = server("PIPELINING", "CHUNKING", "ENHANCEDSTATUSCODES");
        SmtpConnection connection = warm(SMTP.connect(server));
        behaviour.mail(Reaction.twoAtOnce("250 2.1.0 ok", "250 2.1.0 ok")).rcpt(B, reply("550 5.1.1 no"));
        var sent = connection.send(SmtpFixture.envelope(A, B), TestContent.ofSize(200_000));
        await().atMost(SmtpFixture.AMPLE).until(sent::isDone);
        assertThat(sent.join().recipients().get(0).status()).isNotEqualTo(RecipientResult.Status.FAILED);
    }

    @Test
    void contentCannotWriteItsOwnEnvelopeByBdat() {
        SMTP.expectViolations();
        behaviour.bdatUnknown();
        SmtpServer server = server("PIPELINING", "CHUNKING");
        SmtpConnection connection = SMTP.connect(server);
        String evil = String.join("\r\n", "Subject: x", "", "RSET", "MAIL FROM:<ceo@example.org>", "RCPT TO:<victim@example.org>",
            "DATA", "Subject: smuggled", "", "hello", ".", "");
        var sent = connection.send(SmtpFixture.envelope(A), TestContent.of(evil));
        await().atMost(SmtpFixture.AMPLE).until(sent::isDone);
        SmtpFixture.get(connection.closed());
        await().atMost(SmtpFixture.AMPLE).until(() -> server.openConnections().isEmpty());
        assertThat(server.received()).isEmpty();
        assertThat(Futures.rootOf(sent.handle((result, failure) -> failure).join()))
            .isInstanceOf(ExtensionBrokenException.class);
    }

    @Test
    void aRefusalOfOneLmtpRecipientIsNoUnknownCommand() {
        behaviour.endOfDataFor(A, reply("504 5.7.9 no such service for this mailbox"));
        SmtpServer server = SMTP.start(SmtpServer.builder().lmtp().behaviour(behaviour).extensions("PIPELINING", "CHUNKING"));
        SmtpConnection connection = SMTP.connect(SmtpFixture.settings(server).protocol(Protocol.LMTP).build());
        var sent = connection.send(SmtpFixture.envelope(A, B), TestContent.SMALL);
        await().atMost(SmtpFixture.AMPLE).until(sent::isDone);
        assertThat(SmtpFixture.statuses(SmtpFixture.get(sent).recipients()))
            .containsExactly(RecipientResult.Status.FAILED, RecipientResult.Status.DELIVERED);
    }

    @Test
    void aStoreThatHangsIsNotTheHostsFault() {
        CountDownLatch latch = new CountDownLatch(1);
        SmtpServer server = server("PIPELINING", "CHUNKING", "ENHANCEDSTATUSCODES");
        SmtpConnection connection = warm(SMTP.connect(SmtpFixture.settings(server, SmtpFixture.SHORT).build()));
        List<RecipientResult> results = SmtpFixture.get(connection.send(SmtpFixture.envelope(A), stuck(latch))).recipients();
        latch.countDown();
        assertThat(results.get(0).failure().orElseThrow().fault()).isEqualTo(Fault.MESSAGE);
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, B))).containsExactly(RecipientResult.Status.DELIVERED);
    }

    @Test
    void aFourTwentyOneOutOfStepProvesNothing() {
        SMTP.expectViolations();
        SmtpServer server = SMTP.start(SmtpServer.builder().behaviour(behaviour).idleTimeout(Duration.ofSeconds(1))
            .extensions("PIPELINING", "CHUNKING", "ENHANCEDSTATUSCODES"));
        SmtpConnection connection = warm(SMTP.connect(server));
        behaviour.rset(Reaction.silence()).rcpt(B, reply("550 5.1.1 no"));
        var sent = connection.send(SmtpFixture.envelope(A, B, C), TestContent.SMALL);
        await().atMost(SmtpFixture.AMPLE).until(sent::isDone);
        List<RecipientResult> results = SmtpFixture.get(sent).recipients();
        assertThat(server.received().get(2).recipientAddresses()).containsExactly(A, C);
        assertThat(results.get(0).status()).isEqualTo(RecipientResult.Status.AMBIGUOUS);
        assertThat(results.get(2).status()).isEqualTo(RecipientResult.Status.AMBIGUOUS);
    }

    @Test
    void onlyTheFirstWordsOfALineOfEhloAreKept() {
        Capabilities capabilities = Capabilities.of(new Reply(250, List.of("mx.test", "AUTH" + " A".repeat(2000))));
        assertThat(capabilities.toString().split(" A", -1)).hasSizeLessThan(2100);
        assertThat(capabilities.authMechanisms()).hasSizeLessThan(SmtpLimits.EHLO_WORDS);
    }
}
