// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.it.SmtpTranscripts.FROM;
import static org.postlane.it.SmtpTranscripts.TO_ANN;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;

import org.apache.james.core.Domain;
import org.apache.james.rrt.api.RecipientRewriteTable;
import org.apache.james.rrt.lib.MappingSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.it.SmtpTranscripts.Row;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.TestTls;

/** Every verb and every reply code over sockets, with the project's own conf/. */
class SmtpVerbsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Codes that are not the reply to one line of one client, and the test that shows each. */
    private static final Set<String> SHOWN_ELSEWHERE = Set.of("connection 220", "connection 421");
    private static final TestTls TLS = TestTls.forHost("mx.test");
    private static final Tables TABLES = new Tables();
    private static JamesUnderTest james;

    /** What James' own administration has no command for. */
    private static final class Tables {
        @Inject
        private RecipientRewriteTable table;

        private void addError(String user, String answer) throws Exception {
            table.addErrorMapping(MappingSource.fromUser(user, Domain.of("local.test")), answer);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        james = JamesUnderTest.postlane()
            .replace("smtpserver.xml", "${sys:postlane.keystore:-file://conf/keystore}", "file://" + TLS.keyStoreFile())
            .replace("smtpserver.xml", "${sys:postlane.keystore.secret:-postlane}", TLS.password())
            .edit("smtpserver.xml", text -> text
                .replaceFirst("<maxmessagesize>50M</maxmessagesize>", "<maxmessagesize>64K</maxmessagesize>")
                .replaceFirst("<maxRecipients>1000</maxRecipients>", "<maxRecipients>3</maxRecipients>"))
            .domain("local.test").domain("two.test")
            .user("ann@local.test").user("bea@local.test").user("bea@two.test")
            .alias("left@local.test", "left@else.test")
            .override(binder -> binder.requestInjection(TABLES))
            .start();
        for (String member : List.of("ann@local.test", "bea@local.test")) {
            assertThat(james.webadmin("PUT", "/address/groups/team@local.test/" + member).statusCode()).isEqualTo(204);
        }
        TABLES.addError("gone", "551 5.1.6 moved to <g@x.test>");
        TABLES.addError("busy", "450 4.2.1 the mailbox is being moved");
        TABLES.addError("broken", "451 4.3.0 try again");
        TABLES.addError("full", "552 5.2.2 the mailbox is full");
        TABLES.addError("closed", "554 5.7.1 takes no mail");
        // The first mail and the first look at an inbox would make it at the same time.
        List.of("ann@local.test", "bea@local.test").forEach(james::inbox);
    }

    @AfterAll
    static void stop() {
        james.close();
    }

    static List<Row> rows() {
        return SmtpTranscripts.rows();
    }

    private static SmtpDialogue open(SmtpTranscripts.Session session) {
        return switch (session) {
            case CONNECTED -> connected();
            case WORLD -> james.smtp();
            case TLS -> withinTls();
            case SUBMISSION -> james.anonymousSubmission();
            case ANN -> james.submission("ann@local.test");
        };
    }

    private static SmtpDialogue connected() {
        SmtpDialogue dialogue = SmtpDialogue.connect(JamesUnderTest.LOOPBACK, james.port("smtp"));
        dialogue.expect(220);
        return dialogue;
    }

    private static SmtpDialogue withinTls() {
        SmtpDialogue dialogue = james.smtp();
        dialogue.command("STARTTLS", 220);
        dialogue.beginTls(TLS.clientContext());
        return dialogue;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void aCommandIsAnsweredWithItsCode(Row row) {
        try (SmtpDialogue dialogue = open(row.session())) {
            boolean inMessage = false;
            SmtpDialogue.Reply reply = null;
            for (String line : row.lines()) {
                dialogue.sendBytes((line + "\r\n").getBytes(StandardCharsets.UTF_8));
                boolean isLast = line.equals(row.lines().get(row.lines().size() - 1));
                if (!inMessage || isLast) {
                    reply = dialogue.readReply();
                    inMessage = reply.code() == 354;
                    assertThat(isLast || reply.code() < 400).as(line + ": " + reply.text()).isTrue();
                }
            }
            assertThat(reply.text()).startsWith(row.begins());
            assertThat(reply.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(510));
            if (reply.code() == 221 || row.sentence().endsWith("ends the session")) {
                dialogue.expectEnd();
                return;
            }
            if (reply.code() == 220) {
                dialogue.beginTls(TLS.clientContext());
            }
            if (reply.code() != 354) {
                dialogue.command("NOOP", 250);
            }
        }
    }

    @Test
    void everyVerbAndCodeHasARowInTheDocumentAndEveryRowATranscript() throws IOException {
        Set<String> documented = new TreeSet<>();
        Matcher table = Pattern.compile("(?m)^\\| `?([A-Za-z ]+?)`? \\| (\\d{3}) \\| ").matcher(
            Files.readString(Path.of(System.getProperty("postlane.root"), "docs", "smtp.md")));
        while (table.find()) {
            documented.add(table.group(1) + " " + table.group(2));
        }
        Set<String> shown = rows().stream().map(row -> verb(row) + " " + row.code())
            .collect(Collectors.toCollection(TreeSet::new));
        shown.addAll(SHOWN_ELSEWHERE);
        assertThat(documented).isEqualTo(shown);
    }

    private static String verb(Row row) {
        return row.verb().matches("HELO|EHLO|STARTTLS|MAIL|RCPT|DATA|VRFY|EXPN|HELP|NOOP|QUIT|RSET") ? row.verb() : "any other";
    }

    @Test
    void everyCodeOfRfc5321HasATranscriptOrATestOfItsOwn() {
        Stream<String> codes = Stream.of("211 214 220 221 250 251 252 354 421 450 451 452 500 501 502 503 504 550 551 552 553 554"
            .split(" "));
        Set<String> shown = Stream.concat(rows().stream().map(row -> String.valueOf(row.code())),
            SHOWN_ELSEWHERE.stream().map(where -> where.substring(where.length() - 3))).collect(Collectors.toSet());
        assertThat(codes).allSatisfy(code -> assertThat(shown).contains(code));
    }

    @Test
    void theGreetingNamesTheHost() throws Exception {
        try (SmtpDialogue dialogue = SmtpDialogue.connect(JamesUnderTest.LOOPBACK, james.port("smtp"))) {
            assertThat(dialogue.expect(220).text()).isEqualTo("220 " + InetAddress.getLocalHost().getHostName() + " ESMTP");
        }
    }

    @Test
    void ehloAnnouncesWhatThereIsAndHeloNothing() {
        try (SmtpDialogue dialogue = connected()) {
            SmtpDialogue.Reply world = dialogue.ehlo("client.test");
            assertThat(List.of("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SIZE", "STARTTLS", "DSN", "HELP"))
                .allSatisfy(keyword -> assertThat(world.offers(keyword)).as(keyword).isTrue());
            assertThat(List.of("EXPN", "AUTH", "SMTPUTF8", "CHUNKING"))
                .allSatisfy(keyword -> assertThat(world.offers(keyword)).as(keyword).isFalse());
            assertThat(dialogue.command("HELO client.test", 250).lines()).hasSize(1);
        }
        try (SmtpDialogue dialogue = open(SmtpTranscripts.Session.SUBMISSION)) {
            assertThat(dialogue.ehlo("client.test").offers("EXPN")).isTrue();
        }
    }

    @Test
    void whatWasSaidBeforeTlsIsForgotten() {
        try (SmtpDialogue dialogue = james.smtp()) {
            dialogue.command(FROM, 250);
            dialogue.command(TO_ANN, 250);
            dialogue.command("STARTTLS", 220);
            dialogue.beginTls(TLS.clientContext());
            dialogue.command(FROM, 503);
            assertThat(dialogue.ehlo("client.test").offers("STARTTLS")).isFalse();
            dialogue.command(TO_ANN, 503);
            dialogue.command("DATA", 503);
            dialogue.sendMail("x@world.test", List.of("ann@local.test"), message("within TLS"));
        }
        await().atMost(PATIENCE).until(() -> holds("ann@local.test", "within TLS"));
    }

    @Test
    void aStartTlsThatIsRefusedChangesNothing() {
        try (SmtpDialogue dialogue = james.smtp()) {
            dialogue.sendBytes((FROM + "\r\nSTARTTLS x\r\n" + TO_ANN + "\r\nstarttls y\r\nDATA\r\n")
                .getBytes(StandardCharsets.US_ASCII));
            dialogue.expect(250);
            dialogue.expect(501);
            dialogue.expect(250);
            dialogue.expect(501);
            dialogue.expect(354);
            dialogue.sendContent(message("in plain text")).expect(250);
        }
        await().atMost(PATIENCE).until(() -> holds("ann@local.test", "in plain text"));
    }

    @Test
    void aSecondMailLeavesTheFirstAsItIs() {
        try (SmtpDialogue dialogue = james.smtp()) {
            dialogue.command(FROM, 250);
            dialogue.command("RCPT TO:<bea@local.test>", 250);
            dialogue.command("MAIL FROM:<other@world.test>", 503);
            dialogue.command("DATA", 354);
            dialogue.sendContent(message("the first goes on")).expect(250);
            dialogue.command("MAIL FROM:<other@world.test>", 250);
            dialogue.command(TO_ANN, 250);
            dialogue.command("DATA", 354);
            dialogue.sendContent(message("the other")).expect(250);
        }
        await().atMost(PATIENCE).until(() -> holds("ann@local.test", "the other"));
        await().atMost(PATIENCE).until(() -> holds("bea@local.test", "the first goes on"));
        assertThat(holds("bea@local.test", "the other")).isFalse();
    }

    @Test
    void aMessageWithALineThatIsTooLongIsNeitherDeliveredNorMistakenForCommands() {
        try (SmtpDialogue dialogue = james.smtp()) {
            dialogue.command(FROM, 250);
            dialogue.command(TO_ANN, 250);
            dialogue.command("DATA", 354);
            dialogue.sendContent(("Subject: too long\r\n\r\n" + "y".repeat(9_000) + "\r\nQUIT\r\n")
                .getBytes(StandardCharsets.US_ASCII)).expect(554);
        }
        try (SmtpDialogue dialogue = james.smtp()) {
            dialogue.sendMail("x@world.test", List.of("ann@local.test"), message("behind too long"));
        }
        await().atMost(PATIENCE).until(() -> holds("ann@local.test", "behind too long"));
        assertThat(holds("ann@local.test", "too long")).isFalse();
    }

    @Test
    void aDotThatBeginsALineGoesWhetherItWasDoubledOrNot() {
        try (SmtpDialogue dialogue = james.smtp()) {
            dialogue.command(FROM, 250);
            dialogue.command(TO_ANN, 250);
            dialogue.command("DATA", 354);
            dialogue.sendBytes("Subject: dots\r\n\r\n..doubled\r\n.single\r\n.\r\n".getBytes(StandardCharsets.US_ASCII))
                .expect(250);
        }
        await().atMost(PATIENCE).until(() -> holds("ann@local.test", "dots"));
        assertThat(james.inboxTexts("ann@local.test")).anyMatch(mail -> mail.endsWith("\r\n\r\n.doubled\r\nsingle\r\n"));
    }

    @Test
    void allMembersOfAGroupAreListed() {
        try (SmtpDialogue dialogue = open(SmtpTranscripts.Session.ANN)) {
            assertThat(dialogue.command("EXPN team@local.test", 250).lines())
                .containsExactly("250-2.1.5 <ann@local.test>", "250 2.1.5 <bea@local.test>");
            assertThat(dialogue.command("VRFY bea", 553).lines()).containsExactlyInAnyOrder(
                "553-5.1.4 Ambiguous; possibilities are", "553-5.1.4 <bea@local.test>", "553 5.1.4 <bea@two.test>");
        }
    }

    @Test
    void commandsThatCameTogetherAreAnsweredInTheirOrder() {
        try (SmtpDialogue dialogue = open(SmtpTranscripts.Session.ANN)) {
            dialogue.sendBytes("VRFY bea@local.test\r\nNOOP\r\nEXPN team@local.test\r\nVRFY nobody@local.test\r\nHELP STATUS\r\n"
                .getBytes(StandardCharsets.US_ASCII));
            assertThat(dialogue.readReply().text()).contains("bea@local.test");
            dialogue.expect(250);
            assertThat(dialogue.expect(250).lines()).hasSize(2);
            dialogue.expect(550);
            assertThat(dialogue.expect(211).text()).contains("Logged in: ann@local.test");
        }
    }

    private static byte[] message(String subject) {
        return ("Subject: " + subject + "\r\n\r\nhello\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean holds(String user, String subject) {
        return james.inboxTexts(user).stream().anyMatch(mail -> mail.contains("Subject: " + subject + "\r\n"));
    }
}
