// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.smtp.RecipientResult.Status.DEFERRED;
import static org.postlane.smtp.RecipientResult.Status.DELIVERED;
import static org.postlane.smtp.RecipientResult.Status.FAILED;
import static org.postlane.smtp.RecipientResult.Status.NEXT_TRANSACTION;
import static org.postlane.testing.Reaction.reply;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import com.google.common.util.concurrent.Uninterruptibles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;

/** What becomes of each recipient must depend on the replies alone: not on PIPELINING, not on TLS. */
class TransactionTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private final ScriptedBehaviour behaviour = Behaviour.accepting();

    /** A way to talk to the same server. */
    record Way(boolean pipelining, TlsMode tls) {
        SmtpServer start(ScriptedBehaviour behaviour, String... more) {
            List<String> extensions = new ArrayList<>(List.of(more));
            if (pipelining) {
                extensions.add("PIPELINING");
            }
            SmtpServerBuilder builder = SmtpServer.builder().behaviour(behaviour).extensions(extensions.toArray(String[]::new));
            return SMTP.start(switch (tls) {
                case REQUIRED -> builder.startTls(SmtpFixture.TLS);
                case IMPLICIT -> builder.implicitTls(SmtpFixture.TLS);
                default -> builder;
            });
        }

        SmtpConnection connect(SmtpServer server) {
            return SMTP.connect(SmtpFixture.settings(server).tls(tls).build());
        }

        SmtpConnection connect(ScriptedBehaviour behaviour, String... more) {
            return connect(start(behaviour, more));
        }
    }

    static Stream<Way> ways() {
        return Stream.of(true, false).flatMap(pipelining -> Stream.of(TlsMode.NONE, TlsMode.REQUIRED, TlsMode.IMPLICIT)
            .map(tls -> new Way(pipelining, tls)));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void severalMailsGoOverOneConnectionAsTheyAre(Way way) {
        SmtpServer server = way.start(behaviour);
        SmtpConnection connection = way.connect(server);
        for (int i = 0; i < 3; i++) {
            assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, "a@example.org", "b@example.org")))
                .containsExactly(DELIVERED, DELIVERED);
            assertThat(connection.isUsable()).isTrue();
            assertThat(SmtpFixture.get(connection.reset())).isTrue();
        }
        assertThat(server.received()).extracting(ReceivedMail::text).containsOnly(TestContent.TEXT).hasSize(3);
        assertThat(server.received()).extracting(ReceivedMail::recipientAddresses)
            .containsOnly(List.of("a@example.org", "b@example.org"));
        assertThat(server.connections()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aRecipientAnswered251IsARecipient(Way way) {
        behaviour.rcpt("b@example.org", reply("251 2.1.5 will forward"));
        SmtpServer server = way.start(behaviour);
        assertThat(SmtpFixture.statuses(SmtpFixture.send(way.connect(server), "b@example.org"))).containsExactly(DELIVERED);
        assertThat(server.received()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aRefusedRecipientDoesNotKeepTheOthersFromTheirMail(Way way) {
        behaviour.rcpt("b@example.org", reply("550 5.1.1 no such user")).rcpt("c@example.org", reply("450 4.2.0 later"));
        SmtpServer server = way.start(behaviour);
        SmtpConnection connection = way.connect(server);
        List<RecipientResult> results = SmtpFixture.send(connection, "a@example.org", "b@example.org", "c@example.org");
        assertThat(SmtpFixture.statuses(results)).containsExactly(DELIVERED, FAILED, DEFERRED);
        assertThat(results.get(1).failure().orElseThrow().fault()).isEqualTo(Fault.RECIPIENT);
        assertThat(results.get(2).failure().orElseThrow().fault()).isEqualTo(Fault.RECIPIENT);
        assertThat(results.get(1).explanation()).isEqualTo("550 5.1.1 no such user");
        assertThat(server.received().get(0).recipientAddresses()).containsExactly("a@example.org");
        assertThat(connection.isUsable()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void tooManyRecipientsMeansTheRestGoesIntoTheNextTransaction(Way way) {
        behaviour.rcpt("b@example.org", reply("452 too many recipients"))
            .rcpt("c@example.org", reply("552 too many recipients"))
            .rcpt("d@example.org", reply("451 4.5.3 too many recipients"))
            .rcpt("e@example.org", reply("550 5.5.3 too many recipients"))
            .rcpt("f@example.org", reply("452 4.2.2 mailbox full"))
            .rcpt("g@example.org", reply("552 5.2.2 mailbox full"));
        assertThat(SmtpFixture.statuses(SmtpFixture.send(way.connect(behaviour), "a@example.org", "b@example.org",
            "c@example.org", "d@example.org", "e@example.org", "f@example.org", "g@example.org")))
            .containsExactly(DELIVERED, NEXT_TRANSACTION, NEXT_TRANSACTION, NEXT_TRANSACTION, NEXT_TRANSACTION, DEFERRED, FAILED);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void tooManyRecipientsBeforeAnyWasAcceptedIsARefusalAndNoEndlessLoop(Way way) {
        behaviour.rcpt(reply("452 4.5.3 too many recipients"));
        assertThat(SmtpFixture.statuses(SmtpFixture.send(way.connect(behaviour), "a@example.org", "b@example.org")))
            .containsExactly(DEFERRED, DEFERRED);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aReplyOfManyLinesIsOneReply(Way way) {
        behaviour.mail(reply("250-2.1.0 yes\n250-2.1.0 still yes\n250 2.1.0 go on"))
            .rcpt("b@example.org", reply("550-5.1.1 no\n550-5.1.1 never\n550 5.1.1 not here"));
        List<RecipientResult> results = SmtpFixture.send(way.connect(behaviour), "a@example.org", "b@example.org");
        assertThat(SmtpFixture.statuses(results)).containsExactly(DELIVERED, FAILED);
        assertThat(results.get(1).reply().orElseThrow().lines()).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aSizeOverTheServersLimitIsRefusedBeforeMailIsSent(Way way) {
        SmtpServer server = way.start(behaviour, "SIZE 20");
        SmtpConnection connection = way.connect(server);
        List<RecipientResult> results = SmtpFixture.send(connection, "a@example.org");
        assertThat(SmtpFixture.statuses(results)).containsExactly(FAILED);
        assertThat(results.get(0).explanation()).startsWith("5.3.4");
        assertThat(results.get(0).failure().orElseThrow().fault()).isEqualTo(Fault.MESSAGE);
        assertThat(server.statistics().commands("MAIL")).isZero();
        assertThat(connection.isUsable()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void eightBitContentIsAnnounced(Way way) {
        SmtpServer server = way.start(behaviour, "8BITMIME", "SIZE 0");
        Content content = TestContent.of("Subject: x\r\n\r\nGrüße\r\n");
        TransactionResult result = SmtpFixture.get(way.connect(server).send(SmtpFixture.envelope("a@example.org"), content));
        assertThat(SmtpFixture.statuses(result.recipients())).containsExactly(DELIVERED);
        assertThat(server.received().get(0).mailParameters()).isEqualTo("SIZE=" + content.size() + " BODY=8BITMIME");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void eightBitContentIsNeverSentToAServerWithoutEightBitMime(Way way) {
        SmtpServer server = way.start(behaviour);
        SmtpConnection connection = way.connect(server);
        Content content = TestContent.of("Subject: x\r\n\r\nGrüße\r\n");
        assertThat(SmtpFixture.failure(connection.send(SmtpFixture.envelope("a@example.org"), content)))
            .isInstanceOf(ExtensionNotOfferedException.class).hasMessageStartingWith("5.6.3");
        assertThat(server.statistics().commands("MAIL")).isZero();
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, "a@example.org"))).containsExactly(DELIVERED);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void dsnWishesDifferPerRecipientWithinOneTransaction(Way way) {
        SmtpServer server = way.start(behaviour, "DSN");
        Envelope envelope = dsnEnvelope();
        assertThat(SmtpFixture.get(way.connect(server).send(envelope, TestContent.SMALL)).recipients()).hasSize(2);
        ReceivedMail mail = server.received().get(0);
        assertThat(mail.mailParameters()).isEqualTo("RET=HDRS ENVID=id+2B1+3D2");
        assertThat(mail.recipients().get(0).parameters()).isEqualTo("NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bx@example.org");
        assertThat(mail.recipients().get(1).parameters()).isEqualTo("NOTIFY=NEVER");
        assertThat(server.received()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void dsnWishesAreNotSentToAServerThatDoesNotKnowThem(Way way) {
        SmtpServer server = way.start(behaviour);
        assertThat(SmtpFixture.get(way.connect(server).send(dsnEnvelope(), TestContent.SMALL)).recipients()).hasSize(2);
        assertThat(server.received().get(0).mailParameters()).isEmpty();
        assertThat(server.received().get(0).recipients()).allMatch(recipient -> recipient.parameters().isEmpty());
    }

    private static Envelope dsnEnvelope() {
        return Envelope.from(Path.NULL).ret(Envelope.Return.HDRS).envelopeId(EnvelopeId.of("id+1=2")).to(List.of(
            new Envelope.Recipient(Path.of("a@example.org"), Set.of(Envelope.Notify.DELAY, Envelope.Notify.SUCCESS),
                Optional.of(OriginalRecipient.ofMailbox("a+x@example.org"))),
            new Envelope.Recipient(Path.of("b@example.org"), Set.of(Envelope.Notify.NEVER), Optional.empty())));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void contentThatFailsMidwayNeverGetsADot(Way way) {
        SmtpServer server = way.start(behaviour);
        SmtpConnection connection = way.connect(server);
        TestContent content = TestContent.failingAfter(100_000, new IOException("the disk is gone"));
        List<RecipientResult> results =
            SmtpFixture.get(connection.send(SmtpFixture.envelope("a@example.org", "b@example.org"), content)).recipients();
        assertThat(SmtpFixture.statuses(results)).containsExactly(DEFERRED, DEFERRED);
        assertThat(results.get(0).explanation()).contains("the disk is gone");
        assertThat(connection.isUsable()).isFalse();
        SmtpFixture.get(connection.closed());
        org.awaitility.Awaitility.await().until(() -> content.closed.get() > 0);
        org.awaitility.Awaitility.await().until(() -> server.openConnections().isEmpty());
        assertThat(server.received()).isEmpty();
        assertThat(server.unaccepted()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aReadThatNeverReturnsDefersTheMailAndDoesNotHoldTheTransaction(Way way) {
        SmtpServer server = way.start(behaviour);
        SmtpConnection connection = SMTP.connect(SmtpFixture.settings(server).tls(way.tls).timeouts(
            SmtpTimeouts.RFC_5321.withEveryPhase(SmtpFixture.SHORT)).build());
        CountDownLatch disk = new CountDownLatch(1);
        TestContent content = TestContent.from(() -> {
            Uninterruptibles.awaitUninterruptibly(disk);
            return InputStream.nullInputStream();
        });
        List<RecipientResult> results =
            SmtpFixture.get(connection.send(SmtpFixture.envelope("a@example.org"), content)).recipients();
        assertThat(SmtpFixture.statuses(results)).containsExactly(DEFERRED);
        assertThat(results.get(0).failure().orElseThrow().fault()).isEqualTo(Fault.MESSAGE);
        assertThat(server.received()).isEmpty();
        disk.countDown();
        org.awaitility.Awaitility.await().until(() -> content.closed.get() > 0);
        connection.abort();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void contentThatCannotBeOpenedOrThrowsAnErrorFailsTheMailAndDoesNotHang(Way way) {
        for (Throwable failure : List.of(new IOException("gone"), new IllegalStateException("gone"),
            new AssertionError("gone"))) {
            SmtpConnection connection = way.connect(Behaviour.accepting());
            TestContent content = TestContent.from(() -> {
                if (failure instanceof Error error) {
                    throw error;
                }
                if (failure instanceof RuntimeException unchecked) {
                    throw unchecked;
                }
                throw (IOException) failure;
            });
            assertThat(SmtpFixture.statuses(SmtpFixture.get(connection.send(SmtpFixture.envelope("a@example.org"), content))
                .recipients())).containsExactly(DEFERRED);
            assertThat(connection.isUsable()).isFalse();
        }
    }

    @Test
    void recipientsPerTransactionIsWhatTheServerAnnouncedOrAHundred() {
        assertThat(new Way(true, TlsMode.NONE).connect(behaviour, "LIMITS RCPTMAX=7").recipientsPerTransaction()).isEqualTo(7);
        assertThat(new Way(true, TlsMode.NONE).connect(behaviour).recipientsPerTransaction()).isEqualTo(100);
    }
}
