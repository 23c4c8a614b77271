// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.smtp.RecipientResult.Status.AMBIGUOUS;
import static org.postlane.smtp.RecipientResult.Status.DEFERRED;
import static org.postlane.smtp.RecipientResult.Status.DELIVERED;
import static org.postlane.smtp.RecipientResult.Status.FAILED;
import static org.postlane.testing.Reaction.reply;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

/** RFC 2033 4.2: a reply for each recipient, and what becomes of the others when one comes early, or not at all. */
class LmtpRepliesTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();
    private static final String A = "a@example.org";
    private static final String B = "b@example.org";

    private final ScriptedBehaviour behaviour = Behaviour.accepting();
    private final Stall stall = new Stall();

    @AfterEach
    void end() {
        stall.release();
    }

    private SmtpServer server() {
        return SMTP.start(SmtpServer.builder().lmtp().behaviour(behaviour).extensions("PIPELINING"));
    }

    @Test
    void aReplyWithinTheContentEndsTheSessionAndIsNotCountedForTheNextRecipient() {
        SMTP.expectViolations();
        behaviour.data(reply("354 go").then(Reaction.awaitInput()).then(Reaction.delay(Duration.ofMillis(150)))
            .then(reply("552 5.3.4 too much")).then(Reaction.stall(stall)));
        SmtpConnection connection = SMTP.connect(SmtpFixture.settings(server()).protocol(Protocol.LMTP).build());
        var sent = connection.send(SmtpFixture.envelope(A, B), TestContent.ofSize(32_000_000));
        assertThat(SmtpFixture.statuses(SmtpFixture.get(sent).recipients())).containsExactly(FAILED, DEFERRED);
        SmtpFixture.get(connection.closed());
    }

    @Test
    void aReplyTooFewDoesNotGiveTheLastRecipientTheRefusalOfTheNextMail() {
        SMTP.expectViolations();
        SmtpServer server = server();
        try (Relay relay = new Relay(server)) {
            SmtpConnection connection = SMTP.connect(SessionSettings.to(relay.address(), SmtpFixture.NAME).tls(TlsMode.NONE)
                .timeouts(SmtpTimeouts.RFC_5321.withEveryPhase(Duration.ofSeconds(2))).protocol(Protocol.LMTP)
                .transactionsInFlight(2).build());
            assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, A))).containsExactly(DELIVERED);
            behaviour.endOfDataFor(A, Reaction.stall(stall).then(Reaction.proceed())).endOfDataFor(B, Reaction.silence())
                .mail(reply("550 5.7.1 not from you")).afterFirst(1);
            CompletableFuture<TransactionResult> first = connection.send(SmtpFixture.envelope(A, B), TestContent.SMALL);
            CompletableFuture<TransactionResult> second = connection.send(SmtpFixture.envelope(A), TestContent.SMALL);
            await().atMost(SmtpFixture.AMPLE).until(() -> relay.count("MAIL FROM:") == 3);
            stall.release();
            assertThat(SmtpFixture.statuses(SmtpFixture.get(first).recipients()).get(1)).isEqualTo(AMBIGUOUS);
            await().atMost(SmtpFixture.AMPLE).until(second::isDone);
            SmtpFixture.get(connection.closed());
        }
    }
}
