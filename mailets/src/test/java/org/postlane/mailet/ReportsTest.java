// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.testing.Reaction.reply;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import com.google.common.collect.ImmutableMap;
import org.apache.james.core.MailAddress;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.SmtpServer;

/** What a sender is told, each report read back by JavaMail. */
class ReportsTest {
    private static final Reaction NOBODY = reply("550 5.1.1 nobody");

    private static DsnParameters notify(String recipient, Notify... wishes) throws Exception {
        return DsnParameters.builder().rcptParameters(ImmutableMap.of(new MailAddress(recipient),
            RecipientDsnParameters.of(EnumSet.of(wishes[0], wishes)))).build().orElseThrow();
    }

    private static MailImpl with(DsnParameters parameters, MailImpl mail) {
        mail.setDsnParameters(parameters);
        return mail;
    }

    private static List<ParsedReport> reportsAbout(MailImpl mail, Reaction toRcpt, String... settings) throws Exception {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().rcpt(toRcpt));
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start(settings);
            delivery.send(mail);
            delivery.settled();
            return delivery.context.reports;
        }
    }

    private static ParsedReport reportAbout(MailImpl mail, Reaction toRcpt) throws Exception {
        List<ParsedReport> reports = reportsAbout(mail, toRcpt);
        assertThat(reports).hasSize(1);
        return reports.get(0);
    }

    @Test
    void aReportNamesTheServerTheWholeReplyTheEnhancedCodeAndWhatTheSenderCallsTheMail() throws Exception {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting()
                .rcpt(reply("550-5.1.1 <x@a.test>: nobody of that name\n550-5.1.1 has ever been here;\n550 5.1.1 ask again")));
             Delivery delivery = new Delivery().mx("a.test", "mx.a.test:" + server.port()).host("mx.a.test", "127.0.0.1")) {
            delivery.start("heloName", "out.home.test");
            delivery.send(with(DsnParameters.builder().envId(DsnParameters.EnvId.of("QQ+2B314159"))
                .rcptParameters(ImmutableMap.of(new MailAddress("x@a.test"),
                    RecipientDsnParameters.fromSMTPArgLine(Map.of("ORCPT", "rfc822;first+2Blist@b.test")).orElseThrow()))
                .build().orElseThrow(), Delivery.mail("mail", "x@a.test")));
            delivery.settled();
            assertThat(delivery.context.reports).hasSize(1).first().satisfies(report -> {
                assertThat(report.sender()).isEqualTo("<>");
                assertThat(report.to()).containsExactly(Delivery.SENDER);
                assertThat(report.header("To")).isEqualTo("<" + Delivery.SENDER + ">");
                assertThat(report.header("From")).contains("<postmaster@home.test>");
                assertThat(report.header("Auto-Submitted")).isEqualTo("auto-replied");
                assertThat(report.header("In-Reply-To")).isEqualTo("<mail@home.test>");
                assertThat(report.header("MIME-Version")).isEqualTo("1.0");
                assertThat(report.header("Message-ID")).matches("<[0-9a-f-]+@home\\.test>");
                assertThat(report.message().getSentDate()).isNotNull();
                assertThat(report.perMessage()).containsEntry("Reporting-MTA", "dns; out.home.test")
                    .containsEntry("Original-Envelope-Id", "QQ+314159").containsKey("Arrival-Date");
                assertThat(report.perRecipient()).hasSize(1);
                assertThat(report.of("x@a.test")).containsEntry("Original-Recipient", "rfc822; first+list@b.test")
                    .containsEntry("Action", "failed").containsEntry("Status", "5.1.1")
                    .containsEntry("Remote-MTA", "dns; mx.a.test").containsKey("Last-Attempt-Date")
                    .containsEntry("Diagnostic-Code", "smtp; 550-5.1.1 <x@a.test>: nobody of that name 550-5.1.1 has ever been"
                        + " here; 550 5.1.1 ask again").doesNotContainKey("Will-Retry-Until");
                assertThat(report.words()).contains("out.home.test", "x@a.test", "nobody of that name", "mx.a.test");
                assertThat(report.returnedType()).isEqualTo("message/rfc822");
                assertThat(report.returned()).isEqualTo("Subject: mail\r\nMessage-ID: <mail@home.test>\r\n\r\nHello\r\n");
            });
        }
    }

    @Test
    void allWhoFailedAtOneAttemptStandInOneReportWhateverTheirReasons() throws Exception {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().rcpt("x@a.test", NOBODY)
                .rcpt("y@a.test", reply("552 5.2.2 full")).rcpt("z@a.test", reply("553 no code of that kind")));
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.send("mail", "w@a.test", "x@a.test", "y@a.test", "z@a.test");
            delivery.settled();
            assertThat(delivery.context.reports).hasSize(1);
            ParsedReport report = delivery.context.reports.get(0);
            assertThat(report.recipients()).containsExactlyInAnyOrder("x@a.test", "y@a.test", "z@a.test");
            assertThat(report.of("x@a.test")).containsEntry("Status", "5.1.1");
            assertThat(report.of("y@a.test")).containsEntry("Status", "5.2.2");
            assertThat(report.of("z@a.test")).containsEntry("Status", "5.0.0").containsEntry("Remote-MTA", "dns; [127.0.0.1]");
        }
    }

    @Test
    void whatNoServerSaidIsNotToldAsIfOneHad() throws Exception {
        try (Delivery delivery = new Delivery().mx("a.test", "127.0.0.1:1")) {
            delivery.start("maxRetries", "0");
            delivery.send("mail", "x@a.test");
            Delivery.eventually().until(() -> !delivery.context.reports.isEmpty());
            assertThat(delivery.context.reports.get(0).of("x@a.test")).containsEntry("Action", "failed")
                .containsEntry("Status", "4.4.1").doesNotContainKey("Remote-MTA")
                .hasEntrySatisfying("Diagnostic-Code", code -> assertThat(code).startsWith("x-postlane; "));
        }
    }

    @Test
    void notifyNeverAndNotifyWithoutFailureAreNotTold() throws Exception {
        for (Notify[] wish : List.of(new Notify[] {Notify.NEVER}, new Notify[] {Notify.SUCCESS}, new Notify[] {Notify.DELAY})) {
            assertThat(reportsAbout(with(notify("x@a.test", wish), Delivery.mail("mail", "x@a.test")), NOBODY)).isEmpty();
        }
        MailImpl two = with(notify("x@a.test", Notify.NEVER), Delivery.mail("mail", "x@a.test", "y@a.test"));
        assertThat(reportAbout(two, NOBODY).recipients()).containsExactly("y@a.test");
        MailImpl asked = with(notify("x@a.test", Notify.FAILURE), Delivery.mail("mail", "x@a.test"));
        assertThat(reportAbout(asked, NOBODY).recipients()).containsExactly("x@a.test");
    }

    @Test
    void aReportIsNeverMadeAboutAReport() throws Exception {
        MailImpl mail = Delivery.mail("mail", "x@a.test");
        mail.setSender((MailAddress) null);
        assertThat(reportsAbout(mail, NOBODY)).isEmpty();
    }

    @Test
    void retHdrsAndAMessageTooLargeGetTheHeaderBack() throws Exception {
        DsnParameters header = DsnParameters.builder().ret(DsnParameters.Ret.HDRS).build().orElseThrow();
        ParsedReport report = reportAbout(with(header, Delivery.mail("mail", "x@a.test")), NOBODY);
        assertThat(report.returnedType()).isEqualTo("text/rfc822-headers");
        assertThat(report.returned()).isEqualTo("Subject: mail\r\nMessage-ID: <mail@home.test>\r\n");

        DsnParameters full = DsnParameters.builder().ret(DsnParameters.Ret.FULL).build().orElseThrow();
        byte[] large = ("Subject: large\r\n\r\n" + "0123456789abcdef\r\n".repeat(10_000)).getBytes(US_ASCII);
        ParsedReport about = reportAbout(with(full, Delivery.mailWith("mail", large, "x@a.test")), NOBODY);
        assertThat(about.returnedType()).isEqualTo("text/rfc822-headers");
        assertThat(about.returned()).contains("Subject: large").doesNotContain("0123456789");

        byte[] largeHeader = ("X-Long: " + "x".repeat(900) + "\r\n").repeat(500).getBytes(US_ASCII);
        assertThat(reportAbout(Delivery.mailWith("mail", largeHeader, "x@a.test"), NOBODY).returned().length())
            .isBetween(50_000, 100 * 1024);
    }

    @Test
    void anOriginalBeyondAsciiComesBackInItsOwnOctetsAndIsDeclared() throws Exception {
        byte[] original = "Subject: a\r\nMIME-Version: 1.0\r\n\r\n\u00e4\u00f6\u00fc\r\n".getBytes(ISO_8859_1);
        ParsedReport report = reportAbout(Delivery.mailWith("mail", original, "x@a.test"), NOBODY);
        assertThat(report.returned()).isEqualTo(new String(original, ISO_8859_1));
        assertThat(report.header("Content-Transfer-Encoding")).isEqualTo("8bit");
    }

    @Test
    void whatAServerWritesCannotBreakTheReport() throws Exception {
        for (String text : List.of("550 5.1.1 \u0007bell \u001b[2J escape \u202eturned \u0085next \ttab",
            "550 \u00e4\u00f6\u00fc \u6f22",
            "550 " + "x".repeat(3000), "550-" + "long words ".repeat(80) + "\n550 " + "y".repeat(2000),
            "550-\n550-\n550 ", "550 Action: delivered", "550-\n550-Final-Recipient: rfc822; other@b.test\n550 Status: 2.0.0",
            "550 ------=_Part_0_1.2 --- -=Part.0.=-- ", "550 5.999.999 odd", "550 4.1.1 not of its class", "550 5.1.1")) {
            ParsedReport report = reportAbout(Delivery.mail("mail", "x@a.test"), reply(text));
            assertThat(report.perRecipient()).as(text).hasSize(1);
            assertThat(report.of("x@a.test").keySet()).containsExactlyInAnyOrder("Final-Recipient", "Action", "Status",
                "Remote-MTA", "Diagnostic-Code", "Last-Attempt-Date");
            assertThat(report.of("x@a.test")).containsEntry("Action", "failed")
                .hasEntrySatisfying("Status", status -> assertThat(status).matches("5\\.\\d{1,3}\\.\\d{1,3}"))
                .hasEntrySatisfying("Diagnostic-Code", code -> assertThat(code).startsWith("smtp; 550").hasSizeLessThan(5000)
                    .matches("[ -~]*"));
            assertThat(report.words()).contains("x@a.test").doesNotContain("\u001b", "\u202e", "\u0085", "\u0007");
            assertThat(report.returned()).contains("Hello");
        }
    }

    @Test
    void aReplyOfManyLinesIsCutAndOneOfFewIsWhole() throws Exception {
        String lines = IntStream.range(0, 30).mapToObj(i -> "550-5.7.1 line " + i + " " + "z".repeat(400) + "\n")
            .reduce("", String::concat);
        String code = reportAbout(Delivery.mail("mail", "x@a.test"), reply(lines + "550 5.7.1 last")).of("x@a.test")
            .get("Diagnostic-Code");
        assertThat(code).contains("550-5.7.1 line 0 ", "550-5.7.1 line 5 ").endsWith("...").hasSizeBetween(4000, 4300);
    }

    @Test
    void aHostileMessageIdIsNotCopiedIntoTheHeader() throws Exception {
        for (String id : List.of("<a@b>\r\n <c@d>", "no brackets", "<" + "x".repeat(900) + "@b>")) {
            byte[] original = ("Message-ID: " + id + "\r\n\r\nHello\r\n").getBytes(ISO_8859_1);
            assertThat(reportAbout(Delivery.mailWith("mail", original, "x@a.test"), NOBODY).header("In-Reply-To")).isNull();
        }
    }

    @Test
    void unusualAddressesComeBackUnchanged() throws Exception {
        ParsedReport report = reportAbout(Delivery.mail("mail", "\"a  b;c\"@a.test"), NOBODY);
        assertThat(report.recipients()).containsExactly("\"a  b;c\"@a.test");
        MailImpl unicode = Delivery.mail("mail", "x@a.test");
        unicode.setRecipients(List.of(new MailAddress("\"j\u00f6rg\"@a.test")));
        assertThat(reportAbout(unicode, NOBODY).perRecipient().get(0))
            .containsEntry("Final-Recipient", "utf-8; \"j\\x{F6}rg\"@a.test").containsEntry("Status", "5.6.7");
    }

    @Test
    void successIsToldAsRelayedWhereItWasAskedForAndTheServerHasNoDsn() throws Exception {
        for (boolean dsn : List.of(true, false)) {
            for (boolean chunking : List.of(true, false)) {
                String[] extensions = {"PIPELINING", dsn ? "DSN" : "X-A", chunking ? "CHUNKING" : "X-B"};
                try (SmtpServer server = SmtpServer.builder().extensions(extensions).start();
                     Delivery delivery = new Delivery().domain("a.test", server)) {
                    delivery.start("bounceProcessor", "failed");
                    delivery.send(with(notify("x@a.test", Notify.SUCCESS, Notify.FAILURE),
                        Delivery.mail("mail", "x@a.test", "y@a.test")));
                    delivery.settled();
                    assertThat(delivery.context.reports).hasSize(dsn ? 0 : 1).allSatisfy(report -> {
                        assertThat(report.recipients()).containsExactly("x@a.test");
                        assertThat(report.of("x@a.test")).containsEntry("Action", "relayed")
                            .hasEntrySatisfying("Status", status -> assertThat(status).startsWith("2."))
                            .containsEntry("Remote-MTA", "dns; [127.0.0.1]");
                        assertThat(report.returnedType()).isEqualTo("text/rfc822-headers");
                        assertThat(report.header("Subject")).isEqualTo("Relayed mail");
                    });
                }
            }
        }
    }

    @Test
    void aBounceProcessorGetsEveryFailureAndNobodyElseReportsIt() throws Exception {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().rcpt(NOBODY));
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("bounceProcessor", "failed");
            delivery.send(with(notify("x@a.test", Notify.NEVER), Delivery.mail("mail", "x@a.test", "y@a.test")));
            delivery.settled();
            assertThat(delivery.context.reports).isEmpty();
            assertThat(delivery.context.sentTo("failed")).hasSize(1).first()
                .satisfies(failed -> assertThat(failed.recipients()).containsExactlyInAnyOrder("x@a.test", "y@a.test"));
        }
    }

    @Test
    void aReportThatTheSpoolDoesNotTakeIsOfferedAgain() throws Exception {
        try (SmtpServer server = SmtpServer.with(Behaviour.accepting().rcpt(NOBODY));
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start();
            delivery.context.toFail.set(2);
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(delivery.context.reports).hasSize(1);
            assertThat(server.statistics().commands("RCPT")).isEqualTo(1);
        }
    }

    @Test
    void aThousandAndOneFailuresAreTwoReports() throws Exception {
        String[] recipients = IntStream.range(0, 1001).mapToObj(i -> "r" + i + "@a.test").toArray(String[]::new);
        List<ParsedReport> reports = reportsAbout(Delivery.mail("mail", recipients), NOBODY);
        assertThat(reports).extracting(report -> report.perRecipient().size()).containsExactly(1000, 1);
        assertThat(reports).extracting(ParsedReport::name).doesNotHaveDuplicates();
    }
}
