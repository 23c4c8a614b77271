// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.peers.Sessions.AMPLE;
import static org.postlane.peers.Sessions.SENDER;
import static org.postlane.peers.Sessions.envelope;
import static org.postlane.peers.Sessions.get;
import static org.postlane.peers.Sessions.send;
import static org.postlane.peers.Sessions.statuses;
import static org.postlane.smtp.RecipientResult.Status.DELIVERED;
import static org.postlane.smtp.RecipientResult.Status.FAILED;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.smtp.Failure;
import org.postlane.smtp.Fault;
import org.postlane.smtp.RecipientResult;
import org.postlane.smtp.SmtpConnection;
import org.postlane.smtp.TransactionResult;
import org.postlane.testing.corpus.Corpus;
import org.postlane.testing.corpus.CorpusMessage;

/**
 * What holds with every peer, whichever way the mail goes. Each peer has the mailboxes {@code corpus}, {@code alice},
 * {@code bob} and {@code carol}, and no {@code nobody}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PeerContract {
    static final String ALICE = "alice@" + Peer.DOMAIN;
    static final String BOB = "bob@" + Peer.DOMAIN;
    static final String CAROL = "carol@" + Peer.DOMAIN;
    static final String NOBODY = "nobody@" + Peer.DOMAIN;
    /** The two parts of the corpus. */
    static final String MIMETOOLS = "mimetools-testmsgs/";
    static final String MIME4J = "testmsgs/";
    /** In turn; half of them are for alice. */
    private static final List<String[]> RECIPIENTS =
        List.of(new String[] {ALICE}, new String[] {NOBODY}, new String[] {ALICE, NOBODY, BOB}, new String[] {CAROL});

    final Sessions sessions = new Sessions();
    Peer peer;

    @BeforeAll
    void startPeer(@TempDir Path files) {
        peer = start(PeerTls.in(files));
    }

    @AfterEach
    void letGo() {
        sessions.abortAll();
    }

    @AfterAll
    void stopPeer() {
        sessions.close();
        if (peer != null) {
            peer.close();
        }
    }

    abstract Peer start(PeerTls tls);

    /** The ways of sending that the peer has. */
    abstract List<Way> ways();

    /** The header fields that the peer puts in front, in its order, of a mail to one recipient or to several. */
    abstract List<String> traceFields(boolean severalRecipients);

    /** What the peer is known to change in a mail of the corpus, by the name of the mail: from what is sent to what is stored. */
    abstract Map<String, Change> changesByPeer(Way way);

    @ParameterizedTest
    @MethodSource("ways")
    void theCorpusArrivesOctetForOctet(Way way) {
        List<CorpusMessage> corpus = Corpus.load();
        SmtpConnection connection = sessions.connect(way.to(peer));
        List<CompletableFuture<TransactionResult>> sent = IntStream.range(0, corpus.size())
            // As it lies in its file: line ends of all kinds, lines of any length, 8-bit header fields.
            .mapToObj(i -> connection.send(envelope(corpusSender(way, i), "corpus@" + Peer.DOMAIN), message(corpus.get(i))))
            .toList();
        for (int i = 0; i < corpus.size(); i++) {
            List<RecipientResult> results = get(sent.get(i)).recipients();
            assertThat(statuses(results)).as("%s: %s", corpus.get(i), results).containsExactly(DELIVERED);
        }
        get(connection.quit());

        String senders = "Return-Path: <" + way.name() + "-";
        List<StoredMail> stored = await("the corpus").atMost(AMPLE).until(
            () -> stored("corpus", mail -> mail.text().regionMatches(true, 0, senders, 0, senders.length())),
            mails -> mails.size() >= corpus.size());
        assertThat(stored).hasSize(Corpus.SIZE);
        assertThat(IntStream.range(0, corpus.size()).boxed()
            .map(i -> difference(corpus.get(i), way, corpusSender(way, i), stored))
            .filter(difference -> !difference.isEmpty())).isEmpty();
    }

    private static Message message(CorpusMessage message) {
        return new Message(message.original());
    }

    private static String corpusSender(Way way, int index) {
        return way.name() + "-" + index + "@client.test";
    }

    /** Empty where the mail arrived, once, as it must. */
    private String difference(CorpusMessage sent, Way way, String sender, List<StoredMail> stored) {
        List<StoredMail> arrived = stored.stream().filter(mail -> mail.isFrom(sender)).toList();
        if (arrived.size() != 1) {
            return sent + " arrived " + arrived.size() + " times";
        }
        String expected = changesByPeer(way).getOrDefault(sent.name(), Change.NONE)
            .apply(message(sent).stored());
        String text = arrived.get(0).text();
        if (!text.endsWith(expected)) {
            return sent + " was changed " + firstDifference(expected, text);
        }
        List<String> front = arrived.get(0).fieldsInFrontOf(expected);
        return front.equals(traceFields(false)) ? "" : sent + " has in front " + front;
    }

    /** From behind, for in front stands what the peer added. */
    private static String firstDifference(String expected, String text) {
        int last = 0;
        while (last < Math.min(expected.length(), text.length())
            && expected.charAt(expected.length() - 1 - last) == text.charAt(text.length() - 1 - last)) {
            last++;
        }
        return last + " octets before its end: " + around(text, last) + " instead of " + around(expected, last);
    }

    private static String around(String text, int fromEnd) {
        int at = text.length() - fromEnd;
        String part = text.substring(Math.max(0, at - 60), Math.min(text.length(), at + 20));
        return "\"" + part.replace("\n", "\\n") + "\"";
    }

    @ParameterizedTest
    @MethodSource("ways")
    void oneConnectionCarriesSeveralMails(Way way) {
        SmtpConnection connection = sessions.connect(way.to(peer));
        List<String> subjects = IntStream.range(0, 5).mapToObj(i -> unique("mail " + i)).toList();

        for (String subject : subjects) {
            assertThat(statuses(send(connection, Message.about(subject), ALICE, BOB))).containsExactly(DELIVERED, DELIVERED);
            assertThat(get(connection.reset())).isTrue();
            assertThat(connection.isUsable()).isTrue();
        }

        get(connection.quit());
        for (String subject : subjects) {
            assertStored("alice", Message.about(subject), true);
            assertStored("bob", Message.about(subject), true);
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void mailsSentWithoutWaitingHaveTheirOwnOutcomes(Way way) {
        List<Message> messages = IntStream.range(0, 24).mapToObj(i -> Message.about(unique("at once " + i))).toList();
        SmtpConnection connection = sessions.connect(way.to(peer));

        List<CompletableFuture<TransactionResult>> sent = IntStream.range(0, messages.size())
            .mapToObj(i -> connection.send(envelope(SENDER, RECIPIENTS.get(i % RECIPIENTS.size())), messages.get(i)))
            .toList();

        for (int i = 0; i < messages.size(); i++) {
            assertThat(statuses(get(sent.get(i)).recipients())).as("mail %s", i).isEqualTo(
                Stream.of(RECIPIENTS.get(i % RECIPIENTS.size())).map(to -> to.equals(NOBODY) ? FAILED : DELIVERED).toList());
        }
        get(connection.quit());
        // None more often than it should be, and nothing of a refused one.
        List<String> stored = await("the mails for alice").atMost(AMPLE).until(() -> subjects("alice", messages),
            found -> found.size() >= messages.size() / 2);
        assertThat(stored).containsExactlyInAnyOrderElementsOf(IntStream.range(0, messages.size())
            .filter(i -> List.of(RECIPIENTS.get(i % RECIPIENTS.size())).contains(ALICE))
            .mapToObj(i -> messages.get(i).stored()).toList());
    }

    private List<String> subjects(String user, List<Message> messages) {
        return peer.mailsOf(user).stream()
            .flatMap(mail -> messages.stream().map(Message::stored).filter(message -> mail.text().endsWith("\n" + message)))
            .toList();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void whatWouldEndAMailElsewhereArrivesWithinIt(Way way) {
        String end = "MAIL FROM:<smuggler@client.test>\r\nRCPT TO:<" + CAROL + ">\r\nDATA\r\n\r\nsmuggled\r\n";
        Message message = new Message(("Subject: " + unique("smuggling") + "\r\n\r\n"
            + "LF\n.\n" + end + "LF CRLF\n.\r\n" + end + "CRLF LF\r\n.\n" + end + "CR\r.\r" + end + "CR CRLF\r.\r\n" + end
            + "CRLF CR\r\n.\r" + end + "last line without an end").getBytes(US_ASCII));
        SmtpConnection connection = sessions.connect(way.to(peer));

        assertThat(statuses(send(connection, message, ALICE))).containsExactly(DELIVERED);

        assertStored("alice", message, false);
        assertGoesOn(connection);
        assertThat(stored("carol", mail -> mail.isFrom("smuggler@client.test"))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void anUnknownRecipientIsRefusedAndTheOthersGetTheMail(Way way) {
        Message message = Message.about(unique("partly refused"));
        SmtpConnection connection = sessions.connect(way.to(peer));

        List<RecipientResult> results = send(connection, message, ALICE, NOBODY, BOB);

        assertThat(statuses(results)).containsExactly(DELIVERED, FAILED, DELIVERED);
        assertThat(results.get(1).failure().map(Failure::fault)).contains(Fault.RECIPIENT);
        assertThat(results.get(1).reply().orElseThrow().code()).isEqualTo(550);
        assertStored("alice", message, true);
        assertStored("bob", message, true);
        assertGoesOn(connection);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aMailWhoseRecipientsAreAllRefusedIsNotSentAndTheSessionGoesOn(Way way) {
        SmtpConnection connection = sessions.connect(way.to(peer));

        List<RecipientResult> results = send(connection, Message.about(unique("for nobody")), NOBODY, "no-one@" + Peer.DOMAIN);

        assertThat(statuses(results)).containsExactly(FAILED, FAILED);
        assertThat(results).allSatisfy(result -> assertThat(result.failure().map(Failure::fault)).contains(Fault.RECIPIENT));
        assertGoesOn(connection);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void theNullSenderArrivesAsTheNullSender(Way way) {
        Message message = Message.about(unique("a bounce"));
        SmtpConnection connection = sessions.connect(way.to(peer));

        assertThat(statuses(send(connection, envelope("", ALICE), message))).containsExactly(DELIVERED);

        assertThat(assertStored("alice", message, false).isFrom("")).isTrue();
        get(connection.quit());
    }

    /** The next mail on the same connection is delivered. */
    void assertGoesOn(SmtpConnection connection) {
        Message message = Message.about(unique("the next one"));
        assertThat(get(connection.reset())).isTrue();
        assertThat(statuses(send(connection, message, CAROL))).containsExactly(DELIVERED);
        assertStored("carol", message, false);
        get(connection.quit());
    }

    /** Waits until it lies in the mailbox, once and unchanged. */
    StoredMail assertStored(String user, Message message, boolean severalRecipients) {
        List<StoredMail> found = await("the mail for " + user).atMost(AMPLE).pollDelay(Duration.ZERO).until(
            () -> stored(user, mail -> mail.text().endsWith("\n" + message.stored())), mails -> !mails.isEmpty());
        assertThat(found).hasSize(1);
        assertThat(found.get(0).fieldsInFrontOf(message.stored())).isEqualTo(traceFields(severalRecipients));
        return found.get(0);
    }

    List<StoredMail> stored(String user, Predicate<StoredMail> which) {
        return peer.mailsOf(user).stream().filter(which).toList();
    }

    static String unique(String subject) {
        return subject + " " + UUID.randomUUID();
    }
}
