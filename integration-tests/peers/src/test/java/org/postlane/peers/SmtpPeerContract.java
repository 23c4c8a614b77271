// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.peers.Sessions.AMPLE;
import static org.postlane.peers.Sessions.envelope;
import static org.postlane.peers.Sessions.failure;
import static org.postlane.peers.Sessions.get;
import static org.postlane.peers.Sessions.send;
import static org.postlane.peers.Sessions.statuses;
import static org.postlane.smtp.RecipientResult.Status.AMBIGUOUS;
import static org.postlane.smtp.RecipientResult.Status.DEFERRED;
import static org.postlane.smtp.RecipientResult.Status.DELIVERED;
import static org.postlane.smtp.RecipientResult.Status.FAILED;
import static org.postlane.smtp.RecipientResult.Status.NEXT_TRANSACTION;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.smtp.Envelope;
import org.postlane.smtp.EnvelopeId;
import org.postlane.smtp.Failure;
import org.postlane.smtp.Fault;
import org.postlane.smtp.OriginalRecipient;
import org.postlane.smtp.Path;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpConnection;
import org.postlane.smtp.SmtpException;
import org.postlane.smtp.StaleConnectionException;
import org.postlane.smtp.TlsHandshakeException;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.TransactionResult;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.smtp.sasl.SaslMechanism;

/**
 * What holds with every peer that speaks SMTP. Each one refuses the sender {@code refused@example.org}, takes a million octets
 * and five recipients, and wants on its submission ports TLS and the password of {@code alice}.
 */
abstract class SmtpPeerContract extends PeerContract {
    static final int SMTP = 25;
    static final int SUBMISSION = 587;
    static final int SUBMISSIONS = 465;
    /** Hangs up after two seconds without a command. */
    static final int IMPATIENT = 2503;
    /** Takes one connection from each client. */
    static final int ONE_AT_A_TIME = 2504;

    static final String USER = "alice";
    private static final String PASSWORD = "correct horse";
    private static final int SIZE_LIMIT = 1_000_000;
    /** Too much even where the end of a line counts as one octet, as in Exim. */
    private static final int TOO_LARGE = 1_100_000;

    @ParameterizedTest
    @MethodSource("ways")
    void aRefusedSenderDoesNotEndTheSession(Way way) {
        SmtpConnection connection = sessions.connect(way.to(peer));

        List<RecipientResult> results =
            send(connection, envelope("refused@example.org", ALICE, BOB), Message.about(unique("from the refused one")));

        assertThat(statuses(results)).containsExactly(FAILED, FAILED);
        assertThat(results).allSatisfy(result -> assertThat(result.failure().map(Failure::fault)).contains(Fault.MESSAGE));
        assertGoesOn(connection);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void recipientsBeyondThePeersLimitAreForTheNextTransaction(Way way) {
        Message message = Message.about(unique("to seven"));
        SmtpConnection connection = sessions.connect(way.to(peer));

        List<RecipientResult> results = send(connection, message, tagged("a"), tagged("b"), tagged("c"), tagged("d"), tagged("e"),
            tagged("f"), tagged("g"));

        assertThat(statuses(results)).containsExactly(DELIVERED, DELIVERED, DELIVERED, DELIVERED, DELIVERED, NEXT_TRANSACTION,
            NEXT_TRANSACTION);
        assertGoesOn(connection);
    }

    /** What stands in a report of an original recipient or envelope identifier, which went as xtext (RFC 3461 4). */
    String reported(String decoded, String encoded) {
        return decoded;
    }

    private static String tagged(String tag) {
        return "bob+" + tag + "@" + Peer.DOMAIN;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aMailLargerThanThePeerTakesIsRefusedBeforeItIsSent(Way way) {
        SmtpConnection connection = sessions.connect(way.to(peer));
        assertThat(connection.capabilities().maxSize()).hasValue(SIZE_LIMIT);

        List<RecipientResult> results = send(connection, Message.ofSize(TOO_LARGE), ALICE);

        assertThat(statuses(results)).containsExactly(FAILED);
        assertThat(results.get(0).failure().map(Failure::fault)).contains(Fault.MESSAGE);
        assertThat(results.get(0).reply()).isEmpty();
        assertGoesOn(connection);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aMailLargerThanThePeerTakesIsRefusedByThePeer(Way way) {
        SmtpConnection connection = sessions.connect(way.toIgnoring(peer, "SIZE"));

        List<RecipientResult> results = send(connection, Message.ofSize(TOO_LARGE), ALICE, BOB);

        assertThat(statuses(results)).containsExactly(FAILED, FAILED);
        assertThat(results).allSatisfy(result -> {
            assertThat(result.failure().map(Failure::fault)).contains(Fault.MESSAGE);
            assertThat(result.reply().orElseThrow().code()).isEqualTo(552);
        });
        // Exim takes the last octets of a chunk that it refuses for the start of the next command: RSET fails, or it hangs up.
        Message next = Message.about(unique("after the large one"));
        if (outcome(connection.send(envelope(Sessions.SENDER, CAROL), next)) != DELIVERED) {
            assertThat(statuses(send(sessions.connect(way.to(peer)), next, CAROL))).containsExactly(DELIVERED);
        }
        assertStored("carol", next, false);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aMailThatThePeerRefusesForItsSizeLosesAndDoublesNoneOfThoseAroundIt(Way way) {
        List<Message> messages = IntStream.range(0, 12)
            .mapToObj(i -> i == 5 ? Message.ofSize(TOO_LARGE) : Message.about(unique("around " + i))).toList();
        SmtpConnection connection = sessions.connect(way.toIgnoring(peer, "SIZE"));

        List<CompletableFuture<TransactionResult>> sent = messages.stream()
            .map(message -> connection.send(envelope(Sessions.SENDER, CAROL), message)).toList();
        List<RecipientResult.Status> outcomes = sent.stream().map(SmtpPeerContract::outcome).toList();
        List<Message> delivered = with(outcomes, DELIVERED::equals, messages);

        assertThat(delivered).containsAll(messages.subList(0, 5)).doesNotContain(messages.get(5));
        delivered.forEach(message -> assertStored("carol", message, false));
        // What comes after the refused one may have to go over another connection; if it says that it did not go, it did not.
        Message last = Message.about(unique("last"));
        assertThat(statuses(send(sessions.connect(way.to(peer)), last, CAROL))).containsExactly(DELIVERED);
        assertStored("carol", last, false);
        assertThat(with(outcomes, status -> status != DELIVERED && status != AMBIGUOUS, messages).stream()
            .flatMap(message -> stored("carol", mail -> mail.text().endsWith("\n" + message.stored())).stream())).isEmpty();
    }

    /** Where the whole transaction failed, it was not delivered, and may go again. */
    private static RecipientResult.Status outcome(CompletableFuture<TransactionResult> sent) {
        return get(sent.thenApply(result -> result.recipients().get(0).status()).exceptionally(failure -> DEFERRED));
    }

    private static List<Message> with(List<RecipientResult.Status> outcomes, Predicate<RecipientResult.Status> which,
                                      List<Message> messages) {
        return IntStream.range(0, messages.size()).filter(i -> which.test(outcomes.get(i))).mapToObj(messages::get).toList();
    }

    @ParameterizedTest
    @EnumSource(value = TlsMode.class, names = {"VERIFIED", "VERIFIED_IF_OFFERED", "REQUIRED", "OPPORTUNISTIC"})
    void aMailGoesOverStartTls(TlsMode mode) {
        Message message = Message.about(unique("over STARTTLS"));
        SmtpConnection connection = sessions.connect(Sessions.to(peer, SMTP).tls(mode).build());
        assertThat(connection.isEncrypted()).isTrue();

        assertThat(statuses(send(connection, message, ALICE))).containsExactly(DELIVERED);

        assertThat(assertStored("alice", message, false).text()).containsIgnoringCase(" with ESMTPS ");
        get(connection.quit());
    }

    @Test
    void aCertificateForAnotherNameIsNotVerified() {
        SessionSettings settings = Sessions.to(peer, SMTP, "mx.other.test").tls(TlsMode.VERIFIED).build();

        assertThat(sessions.refusal(settings)).isInstanceOf(TlsHandshakeException.class);
    }

    @ParameterizedTest
    @EnumSource(value = TlsMode.class, names = {"VERIFIED", "IMPLICIT_VERIFIED"})
    void aUserSubmitsMailOverBothKindsOfTls(TlsMode mode) {
        Message message = Message.about(unique("submitted"));
        Credentials credentials = Credentials.password(USER, PASSWORD);
        SmtpConnection connection = sessions.connect(submission(mode).credentials(credentials).build());

        assertThat(statuses(send(connection, message, ALICE))).containsExactly(DELIVERED);

        assertThat(assertStored("alice", message, false).text()).containsIgnoringCase(" with ESMTPSA ");
        assertGoesOn(connection);
    }

    @ParameterizedTest
    @MethodSource("mechanisms")
    void aUserLogsInByEachMechanism(SaslMechanism mechanism) {
        Message message = Message.about(unique("by " + mechanism));
        SessionSettings settings = submission(TlsMode.VERIFIED).credentials(credentials(mechanism, true)).build();
        SmtpConnection connection = sessions.connect(settings);

        assertThat(statuses(send(connection, message, BOB))).containsExactly(DELIVERED);

        assertThat(assertStored("bob", message, false).text()).containsIgnoringCase(" with ESMTPSA ");
        get(connection.quit());
    }

    @ParameterizedTest
    @MethodSource("mechanisms")
    void aWrongSecretIsAMatterOfPolicyByEachMechanism(SaslMechanism mechanism) {
        SessionSettings settings = submission(TlsMode.VERIFIED).credentials(credentials(mechanism, false)).build();

        assertThat(sessions.refusal(settings)).isInstanceOfSatisfying(SmtpException.class, refused -> {
            assertThat(refused.failure().fault()).isEqualTo(Fault.POLICY);
            assertThat(refused.failure().reply().orElseThrow().code()).isEqualTo(535);
        });
    }

    /** The mechanisms that the peer offers. */
    abstract List<SaslMechanism> mechanisms();

    /** Of {@code alice}, for that mechanism, with the right secret or a wrong one. */
    Credentials credentials(SaslMechanism mechanism, boolean good) {
        return Credentials.password(USER, good ? PASSWORD : "wrong " + PASSWORD).withMechanism(mechanism);
    }

    @Test
    void whoDoesNotLogInSubmitsNothing() {
        SmtpConnection connection = sessions.connect(submission(TlsMode.VERIFIED).build());

        assertThat(statuses(send(connection, Message.about(unique("of nobody known")), ALICE))).containsExactly(FAILED);

        get(connection.quit());
    }

    SessionSettings.Builder submission(TlsMode mode) {
        return Sessions.to(peer, mode == TlsMode.VERIFIED ? SUBMISSION : SUBMISSIONS).tls(mode);
    }

    @Test
    void aReportComesForTheRecipientThatAsksForOneOfSuccess() {
        Message message = Message.about(unique("with a report"));
        Envelope envelope = Envelope.from(Path.of("sender@" + Peer.DOMAIN))
            .ret(Envelope.Return.HDRS)
            .envelopeId(EnvelopeId.of("mail+1=one"))
            .to(List.of(
                new Envelope.Recipient(Path.of(ALICE), Set.of(Envelope.Notify.SUCCESS, Envelope.Notify.FAILURE),
                    Optional.of(OriginalRecipient.ofMailbox("a+lice=1@origin.test"))),
                new Envelope.Recipient(Path.of(BOB), Set.of(Envelope.Notify.NEVER), Optional.empty()),
                Envelope.Recipient.of(Path.of(CAROL))));
        SmtpConnection connection = sessions.connect(Sessions.to(peer, SMTP).build());

        assertThat(statuses(send(connection, envelope, message))).containsExactly(DELIVERED, DELIVERED, DELIVERED);

        assertStored("bob", message, true);
        String report = await("the report").atMost(AMPLE)
            .until(() -> stored("sender", mail -> mail.text().contains(message.subject())), found -> !found.isEmpty())
            .get(0).text();
        assertThat(report).containsPattern("(?im)^Action: delivered$")
            .containsPattern("(?im)^Final-Recipient: rfc822; ?" + ALICE + "$")
            .containsPattern("(?im)^Original-Envelope-Id: " + Pattern.quote(reported("mail+1=one", "mail+2B1+3Done")) + "$")
            .containsPattern("(?im)^Original-Recipient: rfc822; ?"
                + Pattern.quote(reported("a+lice=1@origin.test", "a+2Blice+3D1@origin.test")) + "$")
            .doesNotContain(BOB, CAROL, "a dotted line");
        get(connection.quit());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void addressesAndHeadersBeyondAsciiArriveAsTheyAre(Way way) {
        Message message = new Message(("From: Отправитель <отправитель@client.test>\r\nSubject: " + unique("Привет")
            + "\r\n\r\nТекст\r\n").getBytes(UTF_8));
        Envelope envelope = Envelope.from(Path.of("отправитель@client.test")).smtpUtf8()
            .to(List.of(Envelope.Recipient.of(Path.of("почта@" + Peer.DOMAIN)), Envelope.Recipient.of(Path.of(ALICE))));
        SmtpConnection connection = sessions.connect(way.to(peer));

        assertThat(statuses(send(connection, envelope, message))).containsExactly(DELIVERED, DELIVERED);

        String stored = assertStored("utf8", message, true).text();
        assertThat(stored).containsPattern("(?i) with utf8e?smtp");
        assertThat(new String(stored.getBytes(ISO_8859_1), UTF_8))
            .startsWithIgnoringCase("Return-Path: <отправитель@client.test>");
        assertGoesOn(connection);
    }

    @Test
    void aConnectionThatThePeerClosedForIdlenessIsStaleAndANewOneWorks() {
        SessionSettings settings = Sessions.to(peer, IMPATIENT).build();
        SmtpConnection connection = sessions.connect(settings);
        assertThat(statuses(send(connection, Message.about(unique("in time")), ALICE))).containsExactly(DELIVERED);
        await("the end of the peer's patience").atMost(AMPLE).until(() -> !connection.isUsable());

        assertThat(failure(connection.send(envelope(Sessions.SENDER, ALICE), Message.about(unique("too late")))))
            .isInstanceOfSatisfying(StaleConnectionException.class, stale -> assertThat(stale.isResetRefused()).isFalse());

        assertGoesOn(sessions.connect(settings));
    }

    @Test
    void aConnectionTooManyIsTheHostsFaultAndForNow() {
        SessionSettings settings = Sessions.to(peer, ONE_AT_A_TIME).build();
        // The one that looked whether the server is ready may not have been forgotten yet.
        SmtpConnection first = await("a place").atMost(AMPLE).ignoreExceptions()
            .until(() -> sessions.connect(settings), SmtpConnection::isUsable);

        assertThat(sessions.refusal(settings)).isInstanceOfSatisfying(SmtpException.class, refused -> {
            assertThat(refused.failure().fault()).isEqualTo(Fault.HOST);
            assertThat(refused.failure().persistence()).isEqualTo(Failure.Persistence.TEMPORARY);
            assertThat(refused.failure().reply().orElseThrow().code()).isEqualTo(421);
        });

        assertGoesOn(first);
    }
}
