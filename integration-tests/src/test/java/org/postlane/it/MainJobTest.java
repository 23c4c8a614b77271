// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.corpus.Corpus;
import org.postlane.testing.corpus.CorpusCheck;
import org.postlane.testing.corpus.CorpusMessage;
import org.postlane.testing.corpus.Deviation;

/** The project's own conf/, all four types. */
class MainJobTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static SmtpServer external;
    private static SmtpServer relayed;
    private static JamesUnderTest james;

    @BeforeAll
    static void start() throws Exception {
        external = SmtpServer.accepting();
        relayed = SmtpServer.accepting();
        james = JamesUnderTest.postlane()
            .domain("local.test")
            .user("alice@local.test").user("bob@local.test").user("carol@local.test").user("corpus@local.test")
            .alias("sales@local.test", "carol@local.test")
            .alias("outside@local.test", "someone@external.test")
            .mx("external.test", external.port())
            .mx("relay.test", relayed.port())
            .start();
    }

    @AfterAll
    static void stop() {
        james.close();
        external.close();
        relayed.close();
    }

    private static List<ReceivedMail> at(SmtpServer server, String subject) {
        return server.received().stream().filter(mail -> mail.text().contains("Subject: " + subject + "\r\n")).toList();
    }

    private static long inInbox(String user, String subject) {
        return james.inboxTexts(user).stream().filter(text -> text.contains("Subject: " + subject + "\r\n")).count();
    }

    @Test
    void eachOfTheFourTypesTakesItsOwnLaneInOneMailWithFourRecipients() {
        james.send("alice@local.test",
            List.of("bob@local.test", "sales@local.test", "rita@relay.test", "eve@external.test"),
            "Subject: four types\n\nhello\n");
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(inInbox("bob@local.test", "four types")).isEqualTo(1);
            assertThat(inInbox("carol@local.test", "four types")).isEqualTo(1);
            assertThat(at(relayed, "four types")).extracting(ReceivedMail::recipientAddresses)
                .containsExactly(List.of("rita@relay.test"));
            assertThat(at(external, "four types")).extracting(ReceivedMail::recipientAddresses)
                .containsExactly(List.of("eve@external.test"));
        });
        String metrics = james.webadmin("/metrics");
        for (String type : List.of("local", "virtual", "relay", "external")) {
            assertThat(metrics).containsPattern("(?i)lane[._]" + type + "[._]processed\\S* [1-9]");
        }
    }

    @Test
    void anAliasThatLeadsOutsideSendsThereForStrangersToo() {
        try (SmtpDialogue smtp = james.smtp()) {
            smtp.sendMail("stranger@elsewhere.test", List.of("outside@local.test"),
                "Subject: forwarded\r\n\r\nhello\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        await().atMost(PATIENCE).until(() -> at(external, "forwarded").size() == 1);
        assertThat(at(external, "forwarded").get(0).recipientAddresses()).containsExactly("someone@external.test");
    }

    @Test
    void anUnknownUserIsRefusedAtRcpt() {
        try (SmtpDialogue smtp = james.smtp()) {
            smtp.command("MAIL FROM:<stranger@elsewhere.test>", 250);
            assertThat(smtp.command("RCPT TO:<nobody@local.test>", 550).text()).startsWith("550 5.1.1");
            smtp.command("RCPT TO:<bob@local.test>", 250);
        }
    }

    @Test
    void aStrangerMaySendToARelayDomainAndToNoOther() {
        try (SmtpDialogue smtp = james.smtp()) {
            smtp.command("MAIL FROM:<stranger@elsewhere.test>", 250);
            assertThat(smtp.command("RCPT TO:<eve@external.test>", 550).text()).startsWith("550 5.7.1");
            smtp.command("RCPT TO:<rita@relay.test>", 250);
            assertThat(smtp.command("RCPT TO:<rita@sub.relay.test>", 550).text()).startsWith("550 5.7.1");
        }
    }

    @Test
    void whoHasNotLoggedInOnTheSubmissionPortIsToldTo() {
        try (SmtpDialogue smtp = james.anonymousSubmission()) {
            smtp.command("MAIL FROM:<stranger@elsewhere.test>", 530);
        }
    }

    @Test
    void everyCorpusMessageArrivesByteForByteAndIsReadableOverPop3() {
        List<CorpusMessage> corpus = Corpus.load();
        assertThat(corpus).hasSize(Corpus.SIZE);
        try (SmtpDialogue smtp = james.submission("alice@local.test")) {
            for (int i = 0; i < corpus.size(); i++) {
                smtp.sendMail("alice@local.test", List.of("corpus@local.test", "m" + i + "@external.test"), corpus.get(i).wire());
            }
        }
        await().atMost(PATIENCE).until(() -> corpusAtSink().size() == corpus.size());
        await().atMost(PATIENCE).until(() -> james.inbox("corpus@local.test").size() == corpus.size());

        Map<String, List<Deviation>> deviations = new HashMap<>();
        Map<Integer, byte[]> arrived = corpusAtSink();
        for (int i = 0; i < corpus.size(); i++) {
            note(deviations, corpus.get(i), arrived.get(i));
        }
        List<byte[]> inbox = new ArrayList<>(james.inbox("corpus@local.test"));
        for (CorpusMessage message : corpus) {
            assertThat(inbox.stream().anyMatch(one -> isSameButForReturnPath(message, one)))
                .as("%s is readable over POP3", message.name()).isTrue();
        }
        assertThat(deviations).isEmpty();
    }

    /** Final delivery puts its own Return-Path in the place of one that the message had (RFC 5321 4.4). */
    private static boolean isSameButForReturnPath(CorpusMessage sent, byte[] arrived) {
        return CorpusCheck.compare(sent, arrived).stream()
            .allMatch(deviation -> deviation.toString().startsWith("removed: Return-Path"));
    }

    private static void note(Map<String, List<Deviation>> deviations, CorpusMessage sent, byte[] arrived) {
        List<Deviation> found = CorpusCheck.compare(sent, arrived);
        if (!found.isEmpty()) {
            deviations.put(sent.name(), found);
        }
    }

    private static Map<Integer, byte[]> corpusAtSink() {
        Map<Integer, byte[]> found = new HashMap<>();
        for (ReceivedMail mail : external.received()) {
            String to = mail.recipientAddresses().get(0);
            if (to.matches("m\\d+@external\\.test")) {
                found.put(Integer.parseInt(to.replaceAll("\\D", "")), mail.content());
            }
        }
        return found;
    }
}
