// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;
import org.postlane.testing.Stall;

/** The content, its end, and the answer to it: where mail is lost or doubled. */
class FinalDotTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final int LARGE = 32_000_000;

    private final ScriptedBehaviour behaviour = Behaviour.accepting();

    private SmtpServer server() {
        return SMTP.start(SmtpServer.builder().behaviour(behaviour).extensions("PIPELINING"));
    }

    private static List<RecipientResult> send(SmtpConnection connection, Content content) {
        return SmtpFixture.get(connection.send(SmtpFixture.envelope("a@example.org"), content)).recipients();
    }

    @Test
    void aConnectionLostBehindTheDotIsAmbiguousAndNotDeliveredOrLater() {
        behaviour.endOfData(Reaction.close());
        SmtpServer server = server();
        List<RecipientResult> results = send(SMTP.connect(server), TestContent.SMALL);
        assertThat(SmtpFixture.statuses(results)).containsExactly(RecipientResult.Status.AMBIGUOUS);
        assertThat(results.get(0).failure().orElseThrow().fault()).isEqualTo(Fault.SESSION);
        assertThat(server.unaccepted()).hasSize(1);
    }

    @Test
    void aSenselessAnswerToTheDotIsAmbiguousAndEndsTheSession() {
        SMTP.expectViolations();
        behaviour.endOfData(Reaction.reply("354 go on"));
        SmtpConnection connection = SMTP.connect(server());
        assertThat(SmtpFixture.statuses(send(connection, TestContent.SMALL))).containsExactly(RecipientResult.Status.AMBIGUOUS);
        assertThat(connection.isUsable()).isFalse();
    }

    @Test
    void aSecondReplyBehindTheOneToTheDotEndsTheSessionButNotTheResult() {
        SMTP.expectViolations();
        behaviour.endOfData(Reaction.twoAtOnce("250 2.0.0 taken", "250 2.0.0 taken again"));
        SmtpConnection connection = SMTP.connect(server());
        assertThat(SmtpFixture.statuses(send(connection, TestContent.SMALL))).containsExactly(RecipientResult.Status.DELIVERED);
        await().atMost(SmtpFixture.AMPLE).until(() -> !connection.isUsable());
    }

    @ParameterizedTest
    @EnumSource(value = TlsMode.class, names = {"NONE", "IMPLICIT"})
    void anEarlyRefusalDuringTheBodyStopsItWithoutADot(TlsMode tls) {
        SMTP.expectViolations();
        Stall stall = new Stall();
        behaviour.data(Reaction.reply("354 go").then(Reaction.awaitInput()).then(Reaction.delay(Duration.ofMillis(150)))
            .then(Reaction.reply("552 5.3.4 too much already")).then(Reaction.stall(stall)));
        SmtpServerBuilder builder = SmtpServer.builder().behaviour(behaviour).extensions("PIPELINING");
        SmtpServer server = SMTP.start(tls == TlsMode.NONE ? builder : builder.implicitTls(SmtpFixture.TLS));
        SmtpConnection connection = SMTP.connect(SmtpFixture.settings(server).tls(tls).build());
        TestContent content = TestContent.ofSize(LARGE);
        List<RecipientResult> results = send(connection, content);
        assertThat(SmtpFixture.statuses(results)).containsExactly(RecipientResult.Status.FAILED);
        assertThat(results.get(0).explanation()).isEqualTo("552 5.3.4 too much already");
        assertThat(connection.isUsable()).isFalse();
        stall.release();
        await().atMost(SmtpFixture.AMPLE).until(() -> content.closed.get() > 0);
        assertThat(content.read).hasValueLessThan(LARGE - 100);
        await().atMost(SmtpFixture.AMPLE).until(() -> server.openConnections().isEmpty());
        assertThat(server.unaccepted()).isEmpty();
    }

    @Test
    void anEarly250DuringTheBodyIsNoDelivery() {
        SMTP.expectViolations();
        Stall stall = new Stall();
        behaviour.data(Reaction.reply("354 go").then(Reaction.awaitInput()).then(Reaction.delay(Duration.ofMillis(150)))
            .then(Reaction.reply("250 2.0.0 thanks, enough")).then(Reaction.stall(stall)));
        SmtpConnection connection = SMTP.connect(server());
        assertThat(SmtpFixture.statuses(send(connection, TestContent.ofSize(LARGE))))
            .containsExactly(RecipientResult.Status.AMBIGUOUS);
        assertThat(connection.isUsable()).isFalse();
        stall.release();
    }

    @ParameterizedTest
    @EnumSource(value = TlsMode.class, names = {"NONE", "IMPLICIT"})
    void aSlowReaderHoldsNoThreadAndNoMoreThanAPieceOfMemory(TlsMode tls) {
        Stall stall = new Stall();
        behaviour.data(Reaction.reply("354 go").then(Reaction.stall(stall)));
        SmtpServerBuilder builder = SmtpServer.builder().behaviour(behaviour).extensions("PIPELINING").withoutMails();
        SmtpServer server = SMTP.start(tls == TlsMode.NONE ? builder : builder.implicitTls(SmtpFixture.TLS));
        List<TestContent> contents = java.util.stream.IntStream.range(0, 6).mapToObj(i -> TestContent.ofSize(LARGE / 2)).toList();
        var sent = contents.stream().map(content -> SMTP.connect(SmtpFixture.settings(server).tls(tls).build())
            .send(SmtpFixture.envelope("a@example.org"), content)).toList();
        // More slow readers than there are content threads; each stops when the kernel's buffers are full.
        await().atMost(SmtpFixture.AMPLE).until(() -> stall.waiting() == contents.size());
        long[] before = new long[1];
        await().atMost(SmtpFixture.AMPLE).pollInterval(Duration.ofMillis(200)).until(() -> {
            long now = contents.stream().mapToLong(content -> content.read.get()).sum();
            boolean still = now == before[0] && contents.stream().allMatch(content -> content.read.get() > 0);
            before[0] = now;
            return still;
        });
        assertThat(contents).allMatch(content -> content.read.get() > 0 && content.read.get() < LARGE / 2);
        await().atMost(SmtpFixture.AMPLE).until(() -> Thread.getAllStackTraces().values().stream()
            .flatMap(java.util.Arrays::stream)
            .noneMatch(frame -> frame.getClassName().equals(ContentPump.class.getName())));
        // The content threads are free for somebody else.
        SmtpServer quick = SMTP.start(SmtpServer.builder());
        assertThat(SmtpFixture.statuses(SmtpFixture.send(SMTP.connect(quick), "b@example.org")))
            .containsExactly(RecipientResult.Status.DELIVERED);
        assertThat(sent).noneMatch(java.util.concurrent.CompletableFuture::isDone);
        stall.release();
        sent.forEach(result -> assertThat(SmtpFixture.statuses(SmtpFixture.get(result).recipients()))
            .containsExactly(RecipientResult.Status.DELIVERED));
        await().atMost(SmtpFixture.AMPLE).until(() -> contents.stream().allMatch(content -> content.closed.get() > 0));
    }

    @Test
    void contentOfAnyShapeArrivesAsItIs() {
        SmtpServer server = server();
        SmtpConnection connection = SMTP.connect(server);
        for (String text : List.of("", ".", "..\r\n", "a", "a\r\n", ".\r\n.\r\n", "x\r\n.\r\n", "\r\n")) {
            assertThat(SmtpFixture.statuses(send(connection, TestContent.of(text))))
                .containsExactly(RecipientResult.Status.DELIVERED);
        }
        assertThat(server.received()).extracting(ReceivedMail::text)
            .containsExactly("", ".\r\n", "..\r\n", "a\r\n", "a\r\n", ".\r\n.\r\n", "x\r\n.\r\n", "\r\n");
    }
}
