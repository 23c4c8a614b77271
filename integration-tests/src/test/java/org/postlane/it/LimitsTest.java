// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.dns.DnsFault;
import org.postlane.testing.dns.DnsServer;

/**
 * Limits and checks of a real James, over sockets, with James' own resolver. Clients come from addresses of 127.0.0.0/8, each
 * test from addresses of its own: 127.0.10.x has names in DNS, 127.0.11.x has none, 127.0.13.x is blocked.
 */
class LimitsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PORT_25 = """
            <handler class="org.postlane.smtpserver.limit.ConnectionLimits">
                <maxConnectionsPerAddress>2</maxConnectionsPerAddress>
                <trustedNetworks>none</trustedNetworks>
            </handler>
            <handler class="org.postlane.smtpserver.limit.CommandLimits">
                <commandsPerMinute>30</commandsPerMinute>
                <maxErrors>3</maxErrors>
                <trustedNetworks>none</trustedNetworks>
            </handler>
            <handler class="org.postlane.smtpserver.check.BlockedNetworks">
                <networksFile>%s</networksFile>
            </handler>
            <handler class="org.postlane.smtpserver.check.AddressChecks">
                <sender>domain</sender>
                <recipient>strict</recipient>
                <trustedNetworks>none</trustedNetworks>
            </handler>
            <handler class="org.postlane.smtpserver.check.ReverseDns">
                <noName>reject</noName>
                <unconfirmed>reject</unconfirmed>
                <temporaryFailure>defer</temporaryFailure>
                <trustedNetworks>none</trustedNetworks>
            </handler>
            <handler class="org.postlane.smtpserver.check.DnsLists">
                <list><zone>watch.test</zone><action>log</action></list>
                <list><zone>bl.test</zone><answers>127.0.0.2-127.0.0.11</answers></list>
                <trustedNetworks>none</trustedNetworks>
            </handler>
            <handler class="org.postlane.smtpserver.limit.MessageLimits">
                <messagesPerHourPerAddress>3</messagesPerHourPerAddress>
                <trustedNetworks>none</trustedNetworks>
            </handler>
        """;

    private static final String LOGIN = "AUTH PLAIN "
        + Base64.getEncoder().encodeToString("\0ann@local.test\0secret".getBytes(StandardCharsets.US_ASCII));

    @TempDir
    static Path directory;
    private static DnsServer dns;
    private static JamesUnderTest james;

    @BeforeAll
    static void start() throws Exception {
        dns = DnsServer.start();
        dns.mx("world.test", 10, "mx.world.test").nullMx("null.test").mx("lame.test", 10, "mx.lame.test")
            .fail("lame.test", DnsFault.SERVFAIL)
            .a("2.0.0.127.bl.test", "127.0.0.2").a("2.0.0.127.watch.test", "127.0.0.2")
            .generate((name, records) -> {
                // 127.0.10.x is cx.client.test, and back.
                if (name.matches("\\d+\\.10\\.0\\.127\\.in-addr\\.arpa")) {
                    records.ptr("c" + name.substring(0, name.indexOf('.')) + ".client.test");
                } else if (name.matches("c\\d+\\.client\\.test")) {
                    records.a("127.0.10." + name.substring(1, name.indexOf('.')));
                }
            });
        Path blocked = Files.writeString(directory.resolve("blocked.txt"), "127.0.13.0/24 # them\n");
        james = JamesUnderTest.postlane().dns(dns)
            .edit("smtpserver.xml", onPort25(PORT_25.formatted(blocked)))
            .edit("smtpserver.xml", LimitsTest::trustOneAddressElsewhere)
            .domain("local.test").user("ann@local.test").start();
    }

    /** Puts these handlers in the place of the limits and checks that the sample has on port 25. */
    private static UnaryOperator<String> onPort25(String handlers) {
        return text -> {
            int first = text.indexOf("<handler class=\"org.postlane.smtpserver.limit.ConnectionLimits\"");
            int hook = text.indexOf("<handler class=\"org.postlane.smtpserver.RecipientTypeRcptHook\"");
            return text.substring(0, first) + handlers + text.substring(hook);
        };
    }

    /** The sample trusts all of 127.0.0.0/8, where all clients of a test are. */
    private static String trustOneAddressElsewhere(String text) {
        return text.replace("<handler class=\"org.postlane.smtpserver.limit.ConnectionLimits\"/>",
            "<handler class=\"org.postlane.smtpserver.limit.ConnectionLimits\">"
                + "<trustedNetworks>127.0.0.1</trustedNetworks></handler>");
    }

    @AfterAll
    static void stop() {
        james.close();
        dns.close();
    }

    private static LineDialogue from(String address) throws IOException {
        LineDialogue client = new LineDialogue(address, james.port("smtp"), "220 ");
        client.say("EHLO client.test", "250 ");
        return client;
    }

    private static void mailIsAnswered(String address, String sender, String reply) throws IOException {
        try (LineDialogue client = from(address)) {
            client.say("MAIL FROM:<" + sender + ">", reply);
        }
    }

    @Test
    void aMailThatNothingSpeaksAgainstArrives() throws Exception {
        try (LineDialogue client = from("127.0.10.1")) {
            client.say("MAIL FROM:<bob@world.test>", "250 ");
            client.say("RCPT TO:<nobody@local.test>", "550 5.1.1 ");
            client.say("RCPT TO:<ann@local.test>", "250 ");
            client.say("DATA", "354 ");
            client.send("Subject: fine\r\n\r\nhello");
            client.say(".", "250 ");
            client.say("QUIT", "221 ");
        }
        await().atMost(PATIENCE).until(() -> james.inboxTexts("ann@local.test").stream().anyMatch(mail ->
            mail.contains("Subject: fine\r\n")));
    }

    @Test
    void aThirdConnectionFromAnAddressIsTold421AndOneThatVanishesLeavesRoom() throws Exception {
        LineDialogue first = from("127.0.10.2");
        try (LineDialogue second = from("127.0.10.2")) {
            try (LineDialogue third = new LineDialogue("127.0.10.2", james.port("smtp"),
                    "421 4.7.0 Too many connections from 127.0.10.2")) {
                assertThat(third.isAtEnd()).isTrue();
            }
            first.vanish();
            await().atMost(PATIENCE).ignoreExceptionsMatching(AssertionError.class::isInstance).until(() -> {
                from("127.0.10.2").close();
                return true;
            });
            second.say("NOOP", "250 ");
        }
    }

    @Test
    void aBlockedNetworkIsTold554() throws Exception {
        try (LineDialogue client =
                new LineDialogue("127.0.13.5", james.port("smtp"), "554 5.7.1 Client [127.0.13.5] is blocked")) {
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void aListedClientIsRefusedAtMailWithTheReasonOfTheList() throws Exception {
        dns.a("3.10.0.127.bl.test", "127.0.0.4").records("3.10.0.127.bl.test", records -> records.txt("see https://bl.test/"))
            .a("4.10.0.127.watch.test", "127.0.0.2");
        mailIsAnswered("127.0.10.3", "bob@world.test",
            "550 5.7.1 Client [127.0.10.3] is listed by bl.test: see https://bl.test/");
        mailIsAnswered("127.0.10.4", "bob@world.test", "250 ");
        assertThat(james.webadmin("/metrics")).contains("postlane_smtp_refused_dns_list", "postlane_smtp_logged_dns_list",
            "postlane_smtp_refused_blocked_network");
    }

    @Test
    void aClientWithoutANameIsRefusedAndOneWhoseNameNobodyKnowsNowIsDeferred() throws Exception {
        mailIsAnswered("127.0.11.1", "bob@world.test", "550 5.7.25 ");
        dns.records("2.11.0.127.in-addr.arpa", records -> records.ptr("c1.client.test"));
        mailIsAnswered("127.0.11.2", "bob@world.test", "550 5.7.25 The name c1.client.test. ");
        dns.fail("3.11.0.127.in-addr.arpa", DnsFault.SERVFAIL);
        mailIsAnswered("127.0.11.3", "bob@world.test", "451 4.4.3 ");
    }

    @Test
    void aSenderWhomNobodyCouldAnswerIsRefused() throws Exception {
        try (LineDialogue client = from("127.0.10.5")) {
            client.say("MAIL FROM:<bob@nowhere.test>", "550 5.1.8 ");
            client.say("MAIL FROM:<bob@null.test>", "550 5.7.27 ");
            client.say("MAIL FROM:<bob@lame.test>", "451 4.4.3 ");
            client.say("MAIL FROM:<>", "250 ");
            client.say("RCPT TO:<bob@localhost>", "553 5.1.3 ");
        }
        mailIsAnswered("127.0.10.5", "l".repeat(65) + "@world.test", "501 5.1.7 ");
    }

    @Test
    void aMessageTooManyWithinTheHourIsAnswered450() throws Exception {
        for (int i = 0; i < 3; i++) {
            mailIsAnswered("127.0.10.6", "bob@world.test", "250 ");
        }
        mailIsAnswered("127.0.10.6", "bob@world.test", "450 4.7.1 ");
    }

    @Test
    void tooManyErrorsAndTooManyCommandsEndTheConnectionWith421() throws Exception {
        try (LineDialogue client = from("127.0.10.7")) {
            client.say("FOO", "500 ");
            client.say("FOO", "500 ");
            client.say("FOO", "500 ");
            assertThat(client.line()).startsWith("421 4.7.0 Too many errors");
            assertThat(client.isAtEnd()).isTrue();
        }
        try (LineDialogue client = from("127.0.10.7")) {
            for (int i = 0; i < 29; i++) {
                client.say("NOOP", "250 ");
            }
            client.say("NOOP", "421 4.7.0 Too many commands");
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void submissionTakesMailFromNobodyWhoHasNotLoggedIn() throws Exception {
        try (LineDialogue client = new LineDialogue(james.port("submission"), "220 ")) {
            client.say("EHLO client.test", "250 ");
            client.say("MAIL FROM:<bob@world.test>", "530 5.7.0 ");
            client.say("MAIL FROM:<>", "530 5.7.0 ");
            client.say("RCPT TO:<ann@local.test>", "503 ");
            client.say(LOGIN, "235 ");
            client.say("MAIL FROM:<ann@local.test>", "250 ");
            client.say("RCPT TO:<ann@local.test>", "250 ");
        }
        try (LineDialogue client = LineDialogue.overTls(james.port("submissions"), "220 ")) {
            client.say("EHLO client.test", "250 ");
            client.say("MAIL FROM:<bob@world.test>", "530 5.7.0 ");
            client.say(LOGIN, "235 ");
            client.say("MAIL FROM:<ann@local.test>", "250 ");
        }
    }

    @Test
    void inTheSampleAnAddressHas50Connections() throws Exception {
        List<LineDialogue> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(new LineDialogue("127.0.14.1", james.port("submission"), "220 "));
        }
        new LineDialogue("127.0.14.1", james.port("submission"), "421 4.7.0 ").close();
        new LineDialogue("127.0.14.2", james.port("submission"), "220 ").close();
        for (LineDialogue client : clients) {
            client.close();
        }
    }
}
