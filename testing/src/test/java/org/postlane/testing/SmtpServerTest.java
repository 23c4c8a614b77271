// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.postlane.testing.Violation.Kind;

class SmtpServerTest {

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    private static List<Kind> kinds(SmtpServer server) {
        return server.violations().stream().map(Violation::kind).toList();
    }

    @Test
    void anAcceptedMailIsRecordedWithItsWholeEnvelopeBeforeTheReply() {
        try (SmtpServer server = SmtpServer.builder().extensions("DSN", "SIZE 1000").start();
                SmtpDialogue client = SmtpDialogue.connect(server.address())) {
            client.expect(220);
            assertThat(client.ehlo("me.test").lines()).containsExactly("250-mx.test", "250-DSN", "250 SIZE 1000");
            client.command("MAIL FROM:<a@x> SIZE=10 RET=HDRS", 250);
            client.command("RCPT TO:<b@y> NOTIFY=NEVER", 250);
            client.command("rcpt to:<\"c>d\"@y>", 250);
            client.command("DATA", 354);
            client.sendContent(ascii("Subject: x\r\n\r\nbody\r\n")).expect(250);

            ReceivedMail mail = server.received().get(0);
            assertThat(mail.mailFrom()).isEqualTo("a@x");
            assertThat(mail.mailParameters()).isEqualTo("SIZE=10 RET=HDRS");
            assertThat(mail.recipients()).containsExactly(new Recipient("b@y", "NOTIFY=NEVER"), new Recipient("\"c>d\"@y", ""));
            assertThat(mail.text()).isEqualTo("Subject: x\r\n\r\nbody\r\n");
            assertThat(mail.heloName()).isEqualTo("me.test");
            assertThat(mail.connectionId()).isEqualTo(1);
            assertThat(mail.transactionNumber()).isEqualTo(1);
            assertThat(mail.tls()).isFalse();
            assertThat(server.violations()).isEmpty();
            client.quit();
            assertThat(server.connections().get(0).ending()).contains(Ending.QUIT);
            assertThat(server.statistics().currentlyOpen()).isZero();
            assertThat(server.connections().get(0).clientLines())
                .startsWith("EHLO me.test", "MAIL FROM:<a@x> SIZE=10 RET=HDRS").endsWith("(content, 20 octets)", "QUIT");
        }
    }

    @Test
    void twoPipelinedTransactionsInOnePacketAreAnsweredInOrder() {
        try (SmtpServer server = SmtpServer.accepting(); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.sendBytes(ascii("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n"));
            client.expect(250);
            client.expect(250);
            client.expect(354);
            client.sendBytes(ascii("one\r\n.\r\nRSET\r\nMAIL FROM:<c@x>\r\nRCPT TO:<d@y>\r\nRCPT TO:<e@y>\r\nDATA\r\n"));
            for (int code : new int[] {250, 250, 250, 250, 250, 354}) {
                client.expect(code);
            }
            client.sendBytes(ascii("two\r\n.\r\nQUIT\r\n"));
            client.expect(250);
            client.expect(221);
            client.expectEnd();

            assertThat(server.received()).extracting(ReceivedMail::text).containsExactly("one\r\n", "two\r\n");
            assertThat(server.received()).extracting(ReceivedMail::transactionNumber).containsExactly(1, 2);
            assertThat(server.violations()).isEmpty();
            assertThat(server.statistics().transactions()).isEqualTo(2);
            assertThat(server.statistics().commands("rcpt")).isEqualTo(3);
        }
    }

    @Test
    void arbitraryOctetsArriveAsTheyWereSent() {
        byte[] content = new byte[300_000];
        new Random(7).nextBytes(content);
        String dots = ".\r\n..\r\n.x\r\n\r\n.\r\n" + new String(content, ISO_8859_1) + "\r\n.\n.\r\r\n";
        byte[] tricky = dots.getBytes(ISO_8859_1);
        try (SmtpServer server = SmtpServer.accepting(); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.sendMail("a@x", List.of("b@y"), tricky);
            assertThat(server.received().get(0).content()).isEqualTo(tricky);
        }
    }

    @Test
    void onlyCrlfDotCrlfEndsTheContent() {
        try (SmtpServer server = SmtpServer.accepting(); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.command("MAIL FROM:<a@x>", 250);
            client.command("RCPT TO:<b@y>", 250);
            client.command("DATA", 354);
            client.sendBytes(ascii("a\n.\nb\r.\rc\n.\r\nd\r\n.\ne\r\n.\rf\r\n.\r\n")).expect(250);
            assertThat(server.received()).hasSize(1);
            assertThat(server.received().get(0).text()).isEqualTo("a\n.\nb\r.\rc\n.\r\nd\r\n\ne\r\n\rf\r\n");
            assertThat(kinds(server)).containsExactlyInAnyOrder(Kind.BARE_CR, Kind.BARE_LF, Kind.UNSTUFFED_DOT);
        }
    }

    @Test
    void everyBrokenRuleIsRecorded() {
        try (SmtpServer server = SmtpServer.builder().extensions("SIZE 5000").start();
                SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.command("RCPT TO:<b@y>", 503);
            client.command("MAIL FROM: a@x BODY=8BITMIME", 250);
            client.command("XYZZY", 500);
            client.sendBytes(ascii("NOOP\n")).expect(250);
            client.command("RCPT TO:<b@y>", 250);
            client.command("DATA", 354);
            client.sendContent(ascii("x".repeat(998) + "\r\n" + "y".repeat(999) + "\r\n")).expect(250);
            assertThat(kinds(server)).containsExactly(Kind.OUT_OF_ORDER, Kind.MALFORMED_COMMAND, Kind.UNOFFERED_PARAMETER,
                Kind.UNKNOWN_COMMAND, Kind.BARE_LF, Kind.LONG_LINE);
            assertThat(server.violations().get(5).detail()).contains("line 2");
        }
    }

    @Test
    void pipeliningThatWasNotOfferedIsRecorded() {
        try (SmtpServer server = SmtpServer.builder().extensions().start();
                SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.sendBytes(ascii("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\n"));
            client.expect(250);
            client.expect(250);
            assertThat(kinds(server)).containsExactly(Kind.UNASKED_PIPELINING);
        }
    }

    @Test
    void contentBefore354IsRecorded() {
        try (SmtpServer server = SmtpServer.accepting(); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.sendBytes(ascii("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\nhasty\r\n.\r\n"));
            for (int code : new int[] {250, 250, 354, 250}) {
                client.expect(code);
            }
            assertThat(kinds(server)).containsExactly(Kind.CONTENT_BEFORE_354);
        }
    }

    @Test
    void dataBehindRefusedRecipientsIsNoViolationUnderPipelining() {
        Behaviour refusing = Behaviour.accepting().rcpt(Reaction.reply("550 5.1.1 nobody"));
        try (SmtpServer server = SmtpServer.with(refusing); SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.sendBytes(ascii("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n"));
            for (int code : new int[] {250, 550, 554}) {
                client.expect(code);
            }
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void aConnectionOverTheLimitIsTurnedAwayWith421() {
        try (SmtpServer server = SmtpServer.builder().maxConnections(1).start();
                SmtpDialogue first = SmtpDialogue.greeted(server.address())) {
            try (SmtpDialogue second = SmtpDialogue.connect(server.address())) {
                second.expect(421);
                second.expectEnd();
            }
            first.quit();
            try (SmtpDialogue third = SmtpDialogue.greeted(server.address())) {
                third.quit();
            }
            assertThat(server.statistics().connectionsOpened()).isEqualTo(2);
            assertThat(server.statistics().connectionsRefused()).isEqualTo(1);
            assertThat(server.statistics().maxOpenAtOnce()).isEqualTo(1);
        }
    }

    @Test
    void manyClientsAtOnceLoseNothing() throws Exception {
        int clients = 20;
        int mails = 100;
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        CountDownLatch allConnected = new CountDownLatch(clients);
        try (SmtpServer server = SmtpServer.builder().withoutTranscripts().start()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(() -> {
                    try (SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
                        allConnected.countDown();
                        allConnected.await();
                        for (int mail = 0; mail < mails; mail++) {
                            client.sendMail("a@x", List.of("b@y"), ascii("Subject: " + mail + "\r\n\r\nx\r\n"));
                        }
                        client.quit();
                    }
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
            assertThat(server.received()).hasSize(clients * mails);
            assertThat(server.statistics().maxOpenAtOnce()).isEqualTo(clients);
            assertThat(server.statistics().currentlyOpen()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void closingTheServerEndsItsThreadsEvenThoseThatStall() {
        Stall never = new Stall();
        SmtpServer server = SmtpServer.with(Behaviour.accepting().noop(Reaction.stall(never)));
        try (SmtpDialogue stalled = SmtpDialogue.greeted(server.address());
                SmtpDialogue idle = SmtpDialogue.greeted(server.address())) {
            stalled.send("NOOP");
            await().until(() -> never.waiting() == 1);
            server.close();
            assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("smtp-test-" + server.port()));
            assertThat(server.connections()).allMatch(connection -> connection.ending().orElseThrow() == Ending.SERVER_STOPPED);
            assertThat(idle.transcript()).isNotEmpty();
        }
    }

    @Test
    void howAClientLeftIsRecorded() {
        try (SmtpServer server = SmtpServer.accepting()) {
            SmtpDialogue.greeted(server.address()).close();
            SmtpDialogue.greeted(server.address()).reset();
            await().until(() -> server.openConnections().isEmpty());
            assertThat(server.connections()).extracting(connection -> connection.ending().orElseThrow())
                .containsExactly(Ending.EOF, Ending.RESET);
        }
    }
}
