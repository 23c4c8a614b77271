// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.smtp.RecipientResult.Status.DEFERRED;
import static org.postlane.smtp.RecipientResult.Status.DELIVERED;
import static org.postlane.smtp.RecipientResult.Status.FAILED;
import static org.postlane.smtp.RecipientResult.Status.NEXT_TRANSACTION;
import static org.postlane.testing.Reaction.reply;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** One transaction after the other: the same answers have the same outcome, whichever way the mail goes. */
class WayTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final String A = "a@example.org";
    private static final String B = "b@example.org";
    private static final String C = "c@example.org";
    private static final String D = "d@example.org";

    private final ScriptedBehaviour behaviour = Behaviour.accepting();
    private SmtpServer server;

    private SmtpConnection connect(Way way, String... extensions) {
        server = SMTP.start(way.server(behaviour, extensions));
        return SMTP.connect(way.settings(server).build());
    }

    private static List<RecipientResult> send(SmtpConnection connection, Content content, String... recipients) {
        return SmtpFixture.get(connection.send(SmtpFixture.envelope(recipients), content)).recipients();
    }

    private static void delivers(SmtpConnection connection) {
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, A))).containsExactly(DELIVERED);
    }

    private static Fault fault(RecipientResult result) {
        return result.failure().orElseThrow().fault();
    }

    @Test
    void thereAreTwentyFourWays() {
        assertThat(Way.all().map(Way::toString).collect(toList())).hasSize(24).doesNotHaveDuplicates();
    }

    @ForEachWay
    void aMailToOneArrives(Way way) {
        SmtpConnection connection = connect(way);
        List<RecipientResult> results = SmtpFixture.send(connection, A);
        assertThat(SmtpFixture.statuses(results)).containsExactly(DELIVERED);
        assertThat(results.get(0).reply().orElseThrow().code()).isEqualTo(250);
        ReceivedMail mail = server.received().get(0);
        assertThat(mail.mailFrom()).isEqualTo("sender@example.org");
        assertThat(mail.acceptedAddresses()).containsExactly(A);
        assertThat(mail.text()).isEqualTo(TestContent.TEXT);
        assertThat(mail.tls()).isEqualTo(way.tls() != TlsMode.NONE);
        assertThat(mail.isChunked()).isEqualTo(way.chunking());
        assertThat(connection.isUsable()).isTrue();
    }

    @ForEachWay
    void aMailToSeveralIsOneTransaction(Way way) {
        SmtpConnection connection = connect(way);
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, A, B, C))).containsOnly(DELIVERED);
        assertThat(server.received()).hasSize(1);
        assertThat(server.received().get(0).acceptedAddresses()).containsExactly(A, B, C);
    }

    @ForEachWay
    void theNullSenderIsSent(Way way) {
        SmtpConnection connection = connect(way);
        Envelope bounce = Envelope.of(Path.NULL, List.of(Envelope.Recipient.of(Path.of(A))));
        assertThat(SmtpFixture.statuses(SmtpFixture.get(connection.send(bounce, TestContent.SMALL)).recipients()))
            .containsExactly(DELIVERED);
        assertThat(server.received().get(0).mailFrom()).isEmpty();
    }

    @ForEachWay
    void whoIsRefusedIsRefusedAloneAndTheRestGetsTheMail(Way way) {
        behaviour.rcpt(B, reply("550 5.1.1 nobody")).rcpt(C, reply("450 4.2.1 later"));
        SmtpConnection connection = connect(way);
        List<RecipientResult> results = SmtpFixture.send(connection, A, B, C, D);
        assertThat(SmtpFixture.statuses(results)).containsExactly(DELIVERED, FAILED, DEFERRED, DELIVERED);
        assertThat(results.get(1).explanation()).isEqualTo("550 5.1.1 nobody");
        assertThat(fault(results.get(1))).isEqualTo(Fault.RECIPIENT);
        assertThat(server.received().get(0).acceptedAddresses()).containsExactly(A, D);
        delivers(connection);
    }

    @ForEachWay
    void everybodyRefusedMeansNothingSent(Way way) {
        behaviour.rcpt(A, reply("550 5.1.1 nobody")).once().rcpt(B, reply("450 4.2.1 later"));
        SmtpConnection connection = connect(way);
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, A, B))).containsExactly(FAILED, DEFERRED);
        assertThat(server.received()).isEmpty();
        assertThat(server.unaccepted()).isEmpty();
        delivers(connection);
    }

    @ForEachWay
    void aRefusedSenderIsTheMessagesFaultForGoodAndTheHostsForNow(Way way) {
        behaviour.mail(reply("550 5.7.1 not you")).once().mail(reply("451 4.3.0 not now")).once();
        SmtpConnection connection = connect(way);
        List<RecipientResult> forGood = SmtpFixture.send(connection, A, B);
        assertThat(SmtpFixture.statuses(forGood)).containsExactly(FAILED, FAILED);
        assertThat(fault(forGood.get(0))).isEqualTo(Fault.MESSAGE);
        List<RecipientResult> forNow = SmtpFixture.send(connection, A, B);
        assertThat(SmtpFixture.statuses(forNow)).containsExactly(DEFERRED, DEFERRED);
        assertThat(fault(forNow.get(0))).isEqualTo(Fault.HOST);
        delivers(connection);
        assertThat(server.received()).hasSize(1);
    }

    @ForEachWay
    void tooManyRecipientsBelongToTheNextTransaction(Way way) {
        behaviour.rcpt(C, reply("452 4.5.3 too many")).rcpt(D, reply("452 4.5.3 too many"));
        SmtpConnection connection = connect(way);
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, A, B, C, D)))
            .containsExactly(DELIVERED, DELIVERED, NEXT_TRANSACTION, NEXT_TRANSACTION);
        behaviour.clear();
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, C, D))).containsOnly(DELIVERED);
        assertThat(server.received()).extracting(ReceivedMail::acceptedAddresses).containsExactly(List.of(A, B), List.of(C, D));
    }

    @ForEachWay
    void contentThatIsRefusedIsRefusedForAllWhoWereAccepted(Way way) {
        behaviour.rcpt(B, reply("450 4.2.1 later"))
            .endOfData(reply("554 5.6.0 no")).times(way.isLmtp() ? 2 : 1).endOfData(reply("451 4.3.0 not now"));
        SmtpConnection connection = connect(way);
        List<RecipientResult> forGood = SmtpFixture.send(connection, A, B, C);
        assertThat(SmtpFixture.statuses(forGood)).containsExactly(FAILED, DEFERRED, FAILED);
        assertThat(fault(forGood.get(0))).isEqualTo(way.isLmtp() ? Fault.RECIPIENT : Fault.MESSAGE);
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, A, B, C))).containsOnly(DEFERRED);
        assertThat(server.received()).isEmpty();
        assertThat(connection.isUsable()).isTrue();
        behaviour.clear();
        delivers(connection);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("org.postlane.smtp.Way#lmtp")
    void oneOfThoseWhoWereAcceptedMayBeRefusedAtTheEnd(Way way) {
        behaviour.rcpt(B, reply("550 5.1.1 nobody")).endOfDataFor(C, reply("452 4.2.2 full"))
            .endOfDataFor(D, reply("550 5.2.1 closed"));
        SmtpConnection connection = connect(way);
        List<RecipientResult> results = SmtpFixture.send(connection, A, B, C, D, "e@example.org");
        assertThat(SmtpFixture.statuses(results)).containsExactly(DELIVERED, FAILED, DEFERRED, FAILED, DELIVERED);
        assertThat(results.get(2).explanation()).isEqualTo("452 4.2.2 full");
        assertThat(results.get(4).explanation()).contains("<e@example.org>");
        assertThat(server.received().get(0).acceptedAddresses()).containsExactly(A, "e@example.org");
        delivers(connection);
    }

    @ForEachWay
    void theContentArrivesOctetForOctetWithItsLinesEndedByCrlf(Way way) {
        int chunk = SmtpLimits.CONTENT_CHUNK_OCTETS;
        String line = "0123456789".repeat(3) + "\r\n";
        List<String> contents = List.of("", ".", ".\r\n", "..\r\n.\r\n...\r\n", "a", "a\r\n", "\r\n",
            "a\rb\nc\r\nd\n\re\r", "a\n.\nb\r.\rc", "x\r\n.\r\nMAIL FROM:<evil@example.org>\r\n", "naïve\r\n",
            line.repeat(chunk / 32), line.repeat(chunk / 32 * 3), line.repeat(6400), "y".repeat(900) + "\r\n", ".".repeat(chunk),
            // A CR at the very end of a piece, its LF at the start of the next.
            "\r\n".repeat(chunk / 2 - 1) + "z\r\nend");
        SmtpConnection connection = connect(way);
        for (String content : contents) {
            assertThat(SmtpFixture.statuses(send(connection, TestContent.of(content), A))).containsExactly(DELIVERED);
            assertThat(server.received()).hasSize(1);
            String text = server.received().get(0).text();
            // Compared first, and shown only where short.
            assertThat(text.equals(normal(content))).as("%.80s", content).isTrue();
            server.violations().forEach(violation -> assertThat(violation.toString()).contains("LONG_LINE"));
            server.forget();
        }
        assertThat(server.statistics().connectionsOpened()).isEqualTo(1);
    }

    private static String normal(String content) {
        String lines = content.replaceAll("\r\n|\r|\n", "\r\n");
        return lines.isEmpty() || lines.endsWith("\r\n") ? lines : lines + "\r\n";
    }

    @ForEachWay
    void eightBitContentIsAnnouncedOrNotSentAtAll(Way way) {
        SmtpConnection connection = connect(way);
        String text = "Subject: é\r\n\r\nü\r\n";
        assertThat(SmtpFixture.statuses(send(connection, TestContent.of(text), A))).containsExactly(DELIVERED);
        assertThat(server.received().get(0).mailParameters()).contains("BODY=8BITMIME");
        assertThat(server.received().get(0).content()).isEqualTo(text.getBytes(UTF_8));
        SmtpConnection without = SMTP.connect(way.settings(server).ignoring(List.of("8BITMIME")).build());
        assertThat(SmtpFixture.failure(without.send(SmtpFixture.envelope(A), TestContent.of("é"))))
            .isInstanceOf(ExtensionNotOfferedException.class).hasMessageStartingWith("5.6.3");
        delivers(without);
    }

    @ForEachWay
    void binaryContentArrivesUntouchedWhereTheServerTakesIt(Way way) {
        byte[] octets = new byte[70_000];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) i;
        }
        Content binary = new Content() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public boolean isEightBit() {
                return true;
            }

            @Override
            public boolean isBinary() {
                return true;
            }

            @Override
            public java.io.InputStream open() {
                return new java.io.ByteArrayInputStream(octets);
            }
        };
        SmtpConnection connection = connect(way, "BINARYMIME");
        var sent = connection.send(SmtpFixture.envelope(A), binary);
        if (way.chunking()) {
            assertThat(SmtpFixture.statuses(SmtpFixture.get(sent).recipients())).containsExactly(DELIVERED);
            assertThat(server.received().get(0).content()).isEqualTo(octets);
        } else {
            assertThat(SmtpFixture.failure(sent)).isInstanceOf(ExtensionNotOfferedException.class)
                .hasMessageStartingWith("5.6.3");
        }
        delivers(connection);
    }

    @ForEachWay
    void aMessageTooLargeFailsBeforeItIsMentioned(Way way) {
        SmtpConnection connection = connect(way);
        List<RecipientResult> results = send(connection, TestContent.ofSize(10_485_761), A, B);
        assertThat(SmtpFixture.statuses(results)).containsExactly(FAILED, FAILED);
        assertThat(results.get(0).failure().orElseThrow().enhancedCode().orElseThrow()).hasToString("5.3.4");
        assertThat(server.statistics().commands("MAIL")).isZero();
        delivers(connection);
    }

    @ForEachWay
    void contentThatCannotBeReadToItsEndIsNeverTakenForWhole(Way way) {
        SmtpConnection connection = connect(way);
        for (long octets : new long[] {0, 100, 200_000}) {
            SmtpConnection each = connection.isUsable() ? connection : SMTP.connect(way.settings(server).build());
            List<RecipientResult> results = send(each, TestContent.failingAfter(octets, new IOException("disk")), A, B);
            assertThat(SmtpFixture.statuses(results)).containsExactly(DEFERRED, DEFERRED);
            assertThat(fault(results.get(0))).isEqualTo(Fault.MESSAGE);
            if (way.chunking()) {
                delivers(each);
                server.forget();
            }
        }
        assertThat(server.received()).isEmpty();
        assertThat(server.unaccepted()).isEmpty();
    }

    @ForEachWay
    void manyTransactionsShareOneConnection(Way way) {
        SmtpConnection connection = connect(way);
        for (int i = 0; i < 6; i++) {
            assertThat(SmtpFixture.statuses(send(connection, TestContent.of("mail " + i + "\r\n"), i + "@example.org", B)))
                .containsOnly(DELIVERED);
            assertThat(SmtpFixture.get(connection.reset())).isTrue();
        }
        assertThat(server.received()).extracting(ReceivedMail::text)
            .containsExactly("mail 0\r\n", "mail 1\r\n", "mail 2\r\n", "mail 3\r\n", "mail 4\r\n", "mail 5\r\n");
        assertThat(server.received()).extracting(mail -> mail.acceptedAddresses().get(0).charAt(0))
            .containsExactly('0', '1', '2', '3', '4', '5');
        assertThat(server.statistics().commands("RSET")).isBetween(5L, 6L);
        assertThat(server.statistics().connectionsOpened()).isEqualTo(1);
    }

    @ForEachWay
    void whateverIsRefusedTheNextMailArrivesAlsoWithContentAhead(Way way) {
        SmtpConnection connection = connect(way);
        for (String recipient : List.of("1@example.org", "2@example.org", "3@example.org")) {
            assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, recipient))).containsExactly(DELIVERED);
        }
        List<ScriptedBehaviour> refusals = Stream.<java.util.function.Supplier<ScriptedBehaviour>>of(
            () -> behaviour.mail(reply("550 5.7.1 no")), () -> behaviour.rcpt(reply("550 5.1.1 no")),
            () -> behaviour.endOfData(reply("550 5.6.0 no"))).map(refusal -> {
                ScriptedBehaviour ruled = refusal.get();
                assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, A, B))).containsExactly(FAILED, FAILED);
                ruled.clear();
                delivers(connection);
                return ruled;
            }).collect(toList());
        assertThat(refusals).hasSize(3);
        assertThat(server.received()).hasSize(6);
        assertThat(server.statistics().connectionsOpened()).isEqualTo(1);
    }

    @ForEachWay
    void wishesForReportsTravelWithTheirRecipients(Way way) {
        SmtpConnection connection = connect(way, "DSN");
        Envelope envelope = Envelope.from(Path.of("s@example.org")).ret(Envelope.Return.HDRS).to(List.of(
            new Envelope.Recipient(Path.of(A), Set.of(Envelope.Notify.NEVER), Optional.empty()),
            new Envelope.Recipient(Path.of(B), Set.of(Envelope.Notify.FAILURE), Optional.empty())));
        assertThat(SmtpFixture.statuses(SmtpFixture.get(connection.send(envelope, TestContent.SMALL)).recipients()))
            .containsOnly(DELIVERED);
        ReceivedMail mail = server.received().get(0);
        assertThat(mail.mailParameters()).contains("RET=HDRS");
        assertThat(mail.recipients()).extracting(recipient -> recipient.parameters().strip())
            .containsExactly("NOTIFY=NEVER", "NOTIFY=FAILURE");
    }

    @ForEachWay
    void anythingThatIsPositiveCounts(Way way) {
        behaviour.mail(reply("251 2.1.0 fine")).rcpt(reply("252 2.1.5 perhaps")).endOfData(reply("299 2.0.0 yes"));
        SmtpConnection connection = connect(way);
        for (int i = 0; i < 4; i++) {
            assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, A, B))).containsExactly(DELIVERED, DELIVERED);
        }
        assertThat(server.received()).hasSize(4);
    }

    @ForEachWay
    void aServerThatAnswersByteByByteIsUnderstood(Way way) {
        behaviour.mail(Reaction.byteByByte("250-2.1.0 o\n250 2.1.0 k")).rcpt(Reaction.byteByByte("250 2.1.5 ok"))
            .data(Reaction.byteByByte("354 go")).endOfData(Reaction.byteByByte("250 2.0.0 taken"))
            .rset(Reaction.byteByByte("250 ok"));
        SmtpConnection connection = connect(way);
        for (int i = 0; i < 4; i++) {
            delivers(connection);
        }
    }

    @ForEachWay
    void aConnectionLostBehindTheEndIsAmbiguousForTheAcceptedAlone(Way way) {
        behaviour.rcpt(B, reply("550 5.1.1 nobody")).endOfData(Reaction.close());
        SmtpConnection connection = connect(way);
        List<RecipientResult> results = SmtpFixture.send(connection, A, B, C);
        assertThat(SmtpFixture.statuses(results)).containsExactly(RecipientResult.Status.AMBIGUOUS, FAILED,
            RecipientResult.Status.AMBIGUOUS);
        await().atMost(SmtpFixture.AMPLE).until(() -> !connection.isUsable());
    }
}
