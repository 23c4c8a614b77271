// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.smtp.RecipientResult.Status.DELIVERED;
import static org.postlane.smtp.RecipientResult.Status.FAILED;
import static org.postlane.testing.Reaction.reply;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Ending;
import org.postlane.testing.Reaction;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.Stall;

/** A session as a whole: its commands, its state, and transactions that are begun without waiting, whichever way mail goes. */
class WaySessionTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final int MAILS = 16;

    private final ScriptedBehaviour behaviour = Behaviour.accepting();
    private SmtpServer server;

    private SmtpConnection connect(Way way) {
        server = SMTP.start(way.server(behaviour));
        return SMTP.connect(way.settings(server).transactionsInFlight(4).build());
    }

    private static Envelope envelope(int mail) {
        return Envelope.of(Path.of("sender" + mail + "@example.org"),
            List.of(Envelope.Recipient.of(Path.of("one" + mail + "@example.org")),
                Envelope.Recipient.of(Path.of("two" + mail + "@example.org"))));
    }

    /** Small ones between large ones: a piece of one must never get into another. */
    private static String text(int mail) {
        return ("Subject: " + mail + "\r\n\r\n" + ("mail " + mail + "\r\n").repeat(mail % 3 == 2 ? 8000 : 2));
    }

    private static List<CompletableFuture<TransactionResult>> sendAll(SmtpConnection connection) {
        List<CompletableFuture<TransactionResult>> sent = new ArrayList<>();
        for (int mail = 0; mail < MAILS; mail++) {
            sent.add(connection.send(envelope(mail), TestContent.of(text(mail))));
        }
        return sent;
    }

    private static int numberOf(ReceivedMail mail) {
        return Integer.parseInt(mail.mailFrom().replaceAll("\\D", ""));
    }

    private static void nothingIsMixed(ReceivedMail mail) {
        int number = numberOf(mail);
        assertThat(mail.recipientAddresses()).allMatch(address -> address.matches("(one|two)" + number + "@example.org"));
        assertThat(mail.text().equals(text(number))).as("content of mail %d", number).isTrue();
    }

    @ForEachWay
    void mailsSentWithoutWaitingKeepTheirOrderAndEachItsOutcome(Way way) {
        behaviour.mail("sender4@example.org", reply("550 5.7.1 not you"))
            .rcpt(to -> to.matches("(one|two)6@example.org"), reply("550 5.1.1 nobody"))
            .rcpt("two8@example.org", reply("550 5.1.1 nobody"))
            .endOfData(mail -> numberOf(mail) == 10 || numberOf(mail) == 11, reply("554 5.6.0 not that"));
        SmtpConnection connection = connect(way);
        List<CompletableFuture<TransactionResult>> sent = sendAll(connection);
        List<Integer> delivered = new ArrayList<>();
        for (int mail = 0; mail < MAILS; mail++) {
            List<RecipientResult> results = SmtpFixture.get(sent.get(mail)).recipients();
            switch (mail) {
                case 4, 6, 10, 11 -> assertThat(SmtpFixture.statuses(results)).containsExactly(FAILED, FAILED);
                case 8 -> assertThat(SmtpFixture.statuses(results)).containsExactly(DELIVERED, FAILED);
                default -> assertThat(SmtpFixture.statuses(results)).as("mail %d", mail).containsExactly(DELIVERED, DELIVERED);
            }
            if (results.get(0).status() == DELIVERED) {
                delivered.add(mail);
            }
        }
        assertThat(server.received()).extracting(WaySessionTest::numberOf).containsExactlyElementsOf(delivered);
        assertThat(server.received()).allSatisfy(WaySessionTest::nothingIsMixed);
        assertThat(connection.isUsable()).isTrue();
        assertThat(server.statistics().connectionsOpened()).isEqualTo(1);
    }

    @ForEachWay
    void commandsBetweenMailsWaitForTheirTurn(Way way) {
        SmtpConnection connection = connect(way);
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int mail = 0; mail < MAILS; mail++) {
            all.add(connection.send(envelope(mail), TestContent.of(text(mail))));
            all.add(mail % 4 == 3 ? connection.noop() : connection.reset());
        }
        all.add(connection.rehlo());
        all.forEach(SmtpFixture::get);
        assertThat(server.received()).hasSize(MAILS).allSatisfy(WaySessionTest::nothingIsMixed);
        assertThat(server.statistics().commands("NOOP")).isEqualTo(MAILS / 4);
    }

    @ForEachWay
    void quitWaitsForTheTransactionsThatAreUnderWay(Way way) {
        Stall stall = new Stall();
        behaviour.mail("sender3@example.org", Reaction.stall(stall).then(Reaction.proceed()));
        SmtpConnection connection = connect(way);
        List<CompletableFuture<TransactionResult>> sent = sendAll(connection);
        CompletableFuture<Void> quit = connection.quit();
        CompletableFuture<TransactionResult> late = connection.send(envelope(99), TestContent.SMALL);
        await().atMost(SmtpFixture.AMPLE).until(() -> stall.waiting() == 1);
        assertThat(quit).isNotDone();
        stall.release();
        sent.forEach(each -> assertThat(SmtpFixture.statuses(SmtpFixture.get(each).recipients())).containsOnly(DELIVERED));
        SmtpFixture.get(quit);
        assertThat(SmtpFixture.failure(late)).isInstanceOf(StaleConnectionException.class);
        SmtpFixture.get(connection.closed());
        assertThat(connection.isUsable()).isFalse();
        assertThat(server.connections().get(0).ending()).contains(Ending.QUIT);
        assertThat(server.received()).hasSize(MAILS);
    }

    @ForEachWay
    void everyCommandOfASessionGetsItsAnswer(Way way) {
        behaviour.vrfy(reply("250 2.1.5 Some One <some@example.org>"))
            .expn(reply("250-2.1.5 a@example.org\n250 2.1.5 b@example.org"));
        SmtpConnection connection = connect(way);
        assertThat(SmtpFixture.get(connection.noop()).code()).isEqualTo(250);
        assertThat(SmtpFixture.get(connection.vrfy(SessionArgument.of("some"))).text()).contains("<some@example.org>");
        assertThat(SmtpFixture.get(connection.expn(SessionArgument.of("list"))).lines()).hasSize(2);
        assertThat(SmtpFixture.get(connection.help(Optional.empty())).code()).isEqualTo(214);
        assertThat(SmtpFixture.get(connection.help(Optional.of(SessionArgument.of("MAIL")))).code()).isEqualTo(214);
        assertThat(SmtpFixture.get(connection.rset()).isPositive()).isTrue();
        Capabilities again = SmtpFixture.get(connection.rehlo());
        assertThat(again.offers("CHUNKING")).isEqualTo(way.chunking());
        assertThat(again.offers("PIPELINING")).isEqualTo(way.pipelining());
        assertThat(again.offers("STARTTLS")).isFalse();
        behaviour.clear().vrfy(reply("550 5.1.1 nobody")).noop(reply("502 5.5.1 no"));
        assertThat(SmtpFixture.get(connection.vrfy(SessionArgument.of("x"))).code()).isEqualTo(550);
        assertThat(SmtpFixture.get(connection.noop()).code()).isEqualTo(502);
        assertThat(connection.isUsable()).isTrue();
        assertThat(server.connections().get(0).clientLines()).filteredOn(line -> line.contains("HLO"))
            .allMatch(line -> line.startsWith(way.isLmtp() ? "LHLO " : "EHLO "));
    }

    @ForEachWay
    void theSessionTellsItsState(Way way) {
        server = SMTP.start(way.server(behaviour).auth("user", "secret"));
        SmtpConnection connection = SMTP.connect(way.settings(server).build());
        assertThat(connection.isAuthenticated()).isFalse();
        assertThat(connection.isEncrypted()).isEqualTo(way.tls() != TlsMode.NONE);
        SmtpConnection known = SMTP.connect(way.settings(server)
            .credentials(Credentials.password("user", "secret").allowedWithoutTls(true)).build());
        assertThat(known.isAuthenticated()).isTrue();
        assertThat(known.isShuttingDown()).isFalse();
        behaviour.noop(Reaction.replyThenClose("421 4.3.2 going"));
        assertThat(SmtpFixture.get(known.noop()).code()).isEqualTo(421);
        assertThat(known.isShuttingDown()).isTrue();
        assertThat(known.isUsable()).isFalse();
        assertThat(connection.isUsable()).isTrue();
    }

    @ForEachWay
    void anAbortLeavesNothingUnderWay(Way way) {
        SMTP.expectViolations();
        Stall stall = new Stall();
        behaviour.endOfData(mail -> numberOf(mail) == 3, Reaction.stall(stall).then(Reaction.proceed()));
        SmtpConnection connection = connect(way);
        List<CompletableFuture<TransactionResult>> sent = sendAll(connection);
        await().atMost(SmtpFixture.AMPLE).until(() -> stall.waiting() == 1);
        connection.abort();
        SmtpFixture.get(connection.closed());
        stall.release();
        for (int mail = 0; mail < MAILS; mail++) {
            int number = mail;
            CompletableFuture<TransactionResult> each = sent.get(mail);
            await().atMost(SmtpFixture.AMPLE).until(each::isDone);
            if (number < 3) {
                assertThat(SmtpFixture.statuses(each.join().recipients())).containsOnly(DELIVERED);
            } else if (number == 3) {
                assertThat(SmtpFixture.statuses(each.join().recipients())).containsOnly(RecipientResult.Status.AMBIGUOUS);
            } else if (each.isCompletedExceptionally()) {
                assertThat(SmtpFixture.failure(each)).isInstanceOf(StaleConnectionException.class);
            } else {
                assertThat(SmtpFixture.statuses(each.join().recipients())).containsOnly(RecipientResult.Status.AMBIGUOUS);
            }
        }
    }
}
