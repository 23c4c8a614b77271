// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

/** What has got nowhere can be given up, as long as it leaves nothing open. */
class GivingWayTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private final ScriptedBehaviour behaviour = Behaviour.accepting();
    private final Stall stall = new Stall();
    private final SmtpServer server = SMTP.start(SmtpServer.builder().behaviour(behaviour).extensions("PIPELINING"));

    /** Where a server stalls before it can have the message. */
    enum Phase {
        MAIL, RCPT, DATA;

        void script(ScriptedBehaviour behaviour, Reaction reaction) {
            switch (this) {
                case MAIL -> behaviour.mail(reaction);
                case RCPT -> behaviour.rcpt(reaction);
                default -> behaviour.data(reaction);
            }
        }
    }

    private static void awaits(Stall stall) {
        await().atMost(SmtpFixture.AMPLE).until(() -> stall.waiting() == 1);
    }

    private static CompletableFuture<TransactionResult> send(SmtpConnection connection) {
        return connection.send(SmtpFixture.envelope("a@example.org"), TestContent.SMALL);
    }

    @ParameterizedTest
    @EnumSource
    void aTransactionThatStallsBeforeItsContentCanBeGivenUpAndNothingIsAmbiguous(Phase phase) {
        phase.script(behaviour, Reaction.stall(stall));
        SmtpConnection connection = SMTP.connect(server);
        CompletableFuture<TransactionResult> sent = send(connection);
        awaits(stall);
        assertThat(connection.nanosStalled()).isNotNegative();
        connection.giveWay(Duration.ZERO);

        String outcome = SmtpFixture.get(sent.handle((result, failure) -> failure == null
            ? result.recipients().get(0).status().toString()
            : ((SmtpException) Futures.rootOf(failure)).failure().persistence().toString()));
        assertThat(outcome).isIn("DEFERRED", "TEMPORARY");
        assertThat(connection.hasGivenWay()).isTrue();
        SmtpFixture.get(connection.closed());
        stall.release();
        assertThat(server.unaccepted()).isEmpty();
    }

    @Test
    void aTransactionWhoseContentHasLeftIsLeftAlone() {
        behaviour.endOfData(Reaction.stall(stall).then(Reaction.reply("250 2.0.0 taken")));
        SmtpConnection connection = SMTP.connect(server);
        CompletableFuture<TransactionResult> sent = send(connection);
        awaits(stall);
        assertThat(connection.nanosStalled()).isNegative();
        connection.giveWay(Duration.ZERO);
        stall.release();

        assertThat(SmtpFixture.get(sent).recipients().get(0).status()).isEqualTo(RecipientResult.Status.DELIVERED);
        assertThat(connection.hasGivenWay()).isFalse();
    }

    @Test
    void theNextTransactionCanBeGivenUpAgain() {
        SmtpConnection connection = SMTP.connect(server);
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, "a@example.org")))
            .containsExactly(RecipientResult.Status.DELIVERED);
        behaviour.mail(Reaction.stall(stall));
        CompletableFuture<TransactionResult> sent = send(connection);
        awaits(stall);
        connection.giveWay(Duration.ZERO);
        boolean failed = SmtpFixture.get(sent.handle((result, failure) -> failure != null));
        assertThat(failed).isTrue();
        stall.release();
    }

    @Test
    void aTransactionBehindAnotherCanBeGivenUpOnceThatOneHasItsAnswerAndNotBefore() {
        SmtpConnection connection = SMTP.connect(SmtpFixture.settings(server).transactionsInFlight(2).build());
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, "a@example.org")))
            .containsExactly(RecipientResult.Status.DELIVERED);
        Stall end = new Stall();
        behaviour.endOfData(Reaction.stall(end).then(Reaction.proceed())).once().mail(Reaction.stall(stall)).afterFirst(1);
        CompletableFuture<Void> mayFollow = new CompletableFuture<>();
        CompletableFuture<TransactionResult> first = connection.send(SmtpFixture.envelope("b@example.org"), TestContent.SMALL,
            () -> mayFollow.complete(null));
        SmtpFixture.get(mayFollow);
        assertThat(first).isNotDone();
        CompletableFuture<TransactionResult> second = send(connection);
        awaits(end);
        assertThat(connection.nanosStalled()).isNegative();
        end.release();
        awaits(stall);
        assertThat(SmtpFixture.statuses(SmtpFixture.get(first).recipients())).containsExactly(RecipientResult.Status.DELIVERED);
        assertThat(connection.nanosStalled()).isNotNegative();
        connection.giveWay(Duration.ZERO);

        assertThat(SmtpFixture.failure(second)).isInstanceOf(SmtpException.class);
        assertThat(connection.hasGivenWay()).isTrue();
        stall.release();
    }

    @Test
    void whatHasNotStalledForSoLongGoesOn() {
        behaviour.mail(Reaction.stall(stall).then(Reaction.reply("250 2.1.0 ok")));
        SmtpConnection connection = SMTP.connect(server);
        CompletableFuture<TransactionResult> sent = send(connection);
        awaits(stall);
        connection.giveWay(Duration.ofHours(1));
        stall.release();
        assertThat(SmtpFixture.get(sent).recipients().get(0).status()).isEqualTo(RecipientResult.Status.DELIVERED);
    }

    /** That the server sees the end, and no socket is left, the fixture says. */
    @ParameterizedTest
    @EnumSource(value = TlsMode.class, names = {"NONE", "OPPORTUNISTIC"})
    void aConnectionThatIsBeingOpenedIsClosedWhenItIsCancelled(TlsMode tls) {
        behaviour.connect(Reaction.stall(stall));
        CompletableFuture<SmtpConnection> opening = SMTP.client().connect(SmtpFixture.settings(server).tls(tls).build());
        awaits(stall);
        assertThat(opening.cancel(false)).isTrue();
        stall.release();
    }

    @Test
    void aConnectionThatWasCancelledBeforeItCouldBeginIsNotOpened() {
        CompletableFuture<SmtpConnection> opening = SMTP.client().connect(SmtpFixture.settings(server).build());
        opening.cancel(false);
        assertThat(opening).isCompletedExceptionally();
    }
}
