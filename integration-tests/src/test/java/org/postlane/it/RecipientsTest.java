// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.apache.james.utils.DataProbeImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.SmtpServer;

/** What a real James with the project's own conf/ says of recipients, over sockets. */
class RecipientsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MANY = 100_000;
    @TempDir
    static Path directory;
    private static Path relayDomains;
    private static SmtpServer remote;
    private static JamesUnderTest james;

    @BeforeAll
    static void start() throws Exception {
        remote = SmtpServer.accepting();
        relayDomains = Files.writeString(directory.resolve("relay-domains.txt"), "relay.test # the first\n.branch.test\n");
        james = JamesUnderTest.postlane()
            .replace("mailetcontainer.xml", "<relayDomains>${sys:postlane.relayDomains:-relay.invalid}</relayDomains>",
                "<relayDomainsFile>" + relayDomains + "</relayDomainsFile><virtualDomains>lists.test</virtualDomains>")
            .edit("smtpserver.xml", RecipientsTest::limitPort25To3AndSubmissionToMany)
            .domain("local.test").domain("lists.test").domain("alias.test")
            .user("ann@local.test").user("bea@local.test").user("eve@local.test").user("box@lists.test")
            .alias("annie@local.test", "ann@local.test")
            .mx("external.test", remote.port()).mx("many.branch.test", remote.port())
            .start();
    }

    private static String limitPort25To3AndSubmissionToMany(String text) {
        String limit = "<maxRecipients>1000</maxRecipients>";
        int submission = text.indexOf("postlane.submission.bind");
        String ports25And465 = text.substring(0, submission).replaceFirst(limit, "<maxRecipients>3</maxRecipients>");
        return ports25And465 + text.substring(submission).replace(limit, "<maxRecipients>" + MANY + "</maxRecipients>");
    }

    @AfterAll
    static void stop() {
        james.close();
        remote.close();
    }

    private static SmtpDialogue from(String sender) {
        SmtpDialogue dialogue = james.smtp();
        dialogue.command("MAIL FROM:<" + sender + ">", 250);
        return dialogue;
    }

    private static String rcpt(String recipient) {
        try (SmtpDialogue dialogue = from("stranger@world.test")) {
            return dialogue.command("RCPT TO:<" + recipient + ">").text();
        }
    }

    private static void call(int status, String method, String path) {
        assertThat(james.webadmin(method, path).statusCode()).as(method + " " + path).isEqualTo(status);
    }

    private static long copies(String user, String subject) {
        return james.inboxTexts(user).stream().filter(mail -> mail.contains("Subject: " + subject + "\r\n")).count();
    }

    private static byte[] message(String subject) {
        return ("Subject: " + subject + "\r\n\r\nhello\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aStrangerMayWriteToWhoIsHereAndToRelayDomains() {
        assertThat(rcpt("Ann@Local.test")).startsWith("250");
        assertThat(rcpt("annie@local.test")).startsWith("250");
        assertThat(rcpt("nobody@local.test")).startsWith("550 5.1.1 ");
        assertThat(rcpt("x@relay.test")).startsWith("250");
        assertThat(rcpt("x@a.branch.test")).startsWith("250");
        assertThat(rcpt("x@branch.test")).startsWith("550 5.7.1 ");
        assertThat(rcpt("x@external.test")).startsWith("550 5.7.1 ");
        assertThat(rcpt("box@lists.test")).startsWith("550 5.1.1 ");
        assertThat(rcpt("postmaster@lists.test")).startsWith("250");
    }

    @Test
    void theNullSenderIsAcceptedOnPort25() {
        try (SmtpDialogue dialogue = from("")) {
            dialogue.command("RCPT TO:<ann@local.test>", 250);
        }
    }

    @Test
    void submissionNeedsALoginAndTheSenderIsTheUserOrAnAliasOfHis() {
        try (SmtpDialogue dialogue = james.anonymousSubmission()) {
            assertThat(dialogue.command("MAIL FROM:<ann@local.test>").text()).startsWith("530 5.7.0 ");
            assertThat(dialogue.command("MAIL FROM:<stranger@world.test>").text()).startsWith("530 5.7.0 ");
        }
        try (SmtpDialogue dialogue = james.submission("ann@local.test")) {
            assertThat(dialogue.command("MAIL FROM:<eve@local.test>").text()).startsWith("550 5.7.1 ");
            assertThat(dialogue.command("MAIL FROM:<ann@world.test>").text()).startsWith("550 5.7.1 ");
            assertThat(dialogue.command("MAIL FROM:<>").text()).startsWith("550 5.7.1 ");
            dialogue.command("MAIL FROM:<annie@local.test>", 250);
            dialogue.command("RCPT TO:<x@external.test>", 250);
        }
    }

    @Test
    void whoIsNamedTwiceGetsOneCopyAndThoseBeyondTheLimitAreTold452() {
        try (SmtpDialogue dialogue = from("stranger@world.test")) {
            List.of("ann@local.test", "ANN@LOCAL.TEST", "bea@local.test", "ann@local.test", "x@relay.test").forEach(recipient ->
                dialogue.command("RCPT TO:<" + recipient + ">", 250));
            assertThat(dialogue.command("RCPT TO:<eve@local.test>").text()).startsWith("452 4.5.3 ");
            dialogue.command("DATA", 354);
            dialogue.sendContent(message("twice")).expect(250);
        }
        await().atMost(PATIENCE).until(() -> copies("ann@local.test", "twice") == 1 && copies("bea@local.test", "twice") == 1);
        await().during(Duration.ofSeconds(2)).atMost(PATIENCE).until(() -> copies("ann@local.test", "twice") == 1);
        assertThat(copies("eve@local.test", "twice")).isZero();
    }

    @Test
    void whatAHastyClientSendsBehindDataIsItsMessageAlsoWhereItsRecipientWasNotKnown() {
        call(204, "DELETE", "/postlane/directory-cache");
        try (SmtpDialogue dialogue = james.smtp()) {
            dialogue.sendBytes(String.join("\r\n", "MAIL FROM:<stranger@world.test>", "RCPT TO:<bea@local.test>", "DATA",
                "Subject: hasty", "", "RCPT TO:<somebody@else.test>", "body", ".", "NOOP", "")
                .getBytes(StandardCharsets.US_ASCII));
            dialogue.expect(250);
            dialogue.expect(250);
            dialogue.expect(354);
            dialogue.expect(250);
            dialogue.expect(250);
        }
        await().atMost(PATIENCE).until(() -> copies("bea@local.test", "hasty") == 1);
        assertThat(james.inboxTexts("bea@local.test"))
            .anyMatch(mail -> mail.endsWith("\r\n\r\nRCPT TO:<somebody@else.test>\r\nbody\r\n"));
    }

    @Test
    void eachKindOfMappingMakesAnAddressVirtualAndReachesItsTargetInWhateverCase() throws Exception {
        call(204, "PUT", "/address/groups/crew@local.test/bea@local.test");
        call(204, "PUT", "/address/forwards/eve@local.test/targets/bea@local.test");
        call(204, "POST", "/mappings/regex/pat@local.test/targets/pat@.*:bea@local.test");
        james.james().server().getProbe(DataProbeImpl.class).addDomainAliasMapping("alias.test", "local.test");
        call(204, "DELETE", "/postlane/directory-cache");
        Map<String, String> targets = Map.of("Annie@Local.test", "ann@local.test", "CREW@local.test", "bea@local.test",
            "Eve@Local.Test", "bea@local.test", "pat@local.test", "bea@local.test", "Ann@ALIAS.test", "ann@local.test");
        try (SmtpDialogue dialogue = james.smtp()) {
            targets.keySet().forEach(to -> dialogue.sendMail("stranger@world.test", List.of(to), message("to " + to)));
        }
        targets.forEach((to, target) -> await().atMost(PATIENCE).until(() -> copies(target, "to " + to) == 1));
    }

    @Test
    void aMemberOfNestedGroupsGetsOneCopy() {
        call(204, "PUT", "/address/groups/team@lists.test/ann@local.test");
        call(204, "PUT", "/address/groups/team@lists.test/bea@local.test");
        call(204, "PUT", "/address/groups/all@lists.test/team@lists.test");
        call(204, "PUT", "/address/groups/all@lists.test/annie@local.test");
        call(204, "DELETE", "/postlane/directory-cache");
        try (SmtpDialogue dialogue = james.smtp()) {
            dialogue.sendMail("stranger@world.test", List.of("all@lists.test"), message("nested"));
        }
        await().atMost(PATIENCE).until(() -> copies("ann@local.test", "nested") > 0 && copies("bea@local.test", "nested") > 0);
        await().during(Duration.ofSeconds(2)).atMost(PATIENCE).until(() -> copies("ann@local.test", "nested") == 1);
        assertThat(copies("bea@local.test", "nested")).isEqualTo(1);
    }

    @Test
    void groupsInACircleAreRefusedWithTheWayRound() {
        call(204, "PUT", "/address/groups/two@local.test/ann@local.test");
        call(204, "PUT", "/address/groups/one@local.test/two@local.test");
        call(204, "PUT", "/address/groups/two@local.test/one@local.test");

        assertThat(rcpt("one@local.test")).startsWith("550 5.4.6 Mappings run in a circle: ")
            .contains("one@local.test > two@local.test > one@local.test");
    }

    @Test
    void aGroupInItselfInsideAnotherGroupIsRefusedByItsName() {
        call(204, "PUT", "/address/groups/outer@local.test/inner@local.test");
        call(204, "PUT", "/address/groups/inner@local.test/ann@local.test");
        call(204, "PUT", "/address/groups/inner@local.test/inner@local.test");

        assertThat(rcpt("outer@local.test"))
            .startsWith("550 5.4.6 Mappings run in a circle: inner@local.test > inner@local.test");
    }

    @Test
    void webadminNamesACircleThatItRefuses() {
        call(204, "PUT", "/address/groups/three@local.test/four@local.test");
        assertThat(james.webadmin("PUT", "/address/groups/four@local.test/three@local.test").body())
            .contains("three@local.test").contains("four@local.test").contains("loop");
    }

    @Test
    void aFileOfRelayDomainsThatIsReplacedCountsAndABrokenOneDoesNot() throws Exception {
        assertThat(rcpt("x@late.test")).startsWith("550 5.7.1 ");
        Path next = Files.writeString(directory.resolve("next"), "relay.test\n.branch.test\nlate.test\n");
        Files.move(next, relayDomains, StandardCopyOption.ATOMIC_MOVE);
        await().atMost(PATIENCE).until(() -> rcpt("x@late.test").startsWith("250"));

        Files.writeString(relayDomains, "later.test\nno domain\n");
        await().during(Duration.ofSeconds(4)).atMost(PATIENCE).until(() -> rcpt("x@late.test").startsWith("250"));
        assertThat(rcpt("x@later.test")).startsWith("550 5.7.1 ");
        Files.writeString(relayDomains, "relay.test\n.branch.test\nlate.test\n");
    }

    @Test
    void aNewUserIsKnownAtOnceWhenWebadminForgetsTheAddress() throws Exception {
        assertThat(rcpt("new@local.test")).startsWith("550 5.1.1 ");
        james.james().server().getProbe(DataProbeImpl.class).addUser("new@local.test", JamesUnderTest.SECRET);
        assertThat(rcpt("new@local.test")).startsWith("550 5.1.1 ");
        call(204, "DELETE", "/postlane/directory-cache/new@local.test");
        assertThat(rcpt("new@local.test")).startsWith("250");

        assertThat(james.webadmin("/postlane/directory-cache")).matches("\\{\"size\":[1-9]\\d*}");
        call(400, "DELETE", "/postlane/directory-cache/nobody");
        assertThat(james.webadmin("/metrics")).contains("postlane_directory_cache_hits_total",
            "postlane_directory_cache_misses_total", "postlane_directory_cache_evictions_total",
            "postlane_directory_cache_size", "postlane_directory_failures_total");
    }

    @Test
    void aMailMayHaveAHundredThousandRecipientsAndEachGetsIt() {
        try (SmtpDialogue dialogue = james.submission("ann@local.test")) {
            dialogue.command("MAIL FROM:<ann@local.test>", 250);
            for (int first = 0; first < MANY; first += 1_000) {
                StringBuilder commands = new StringBuilder();
                for (int i = first; i < first + 1_000; i++) {
                    commands.append("RCPT TO:<user").append(i).append("@many.branch.test>\r\n");
                }
                dialogue.sendBytes(commands.toString().getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < 1_000; i++) {
                    dialogue.expect(250);
                }
            }
            dialogue.command("RCPT TO:<user7@many.branch.test>", 250);
            assertThat(dialogue.command("RCPT TO:<one.more@many.branch.test>").text()).startsWith("452 4.5.3 ");
            dialogue.command("DATA", 354);
            dialogue.sendContent(message("many")).expect(250);
        }
        Set<String> reached = new TreeSet<>();
        await().atMost(Duration.ofMinutes(5)).until(() ->
            remote.received().stream().mapToInt(mail -> mail.acceptedAddresses().size()).sum() >= MANY);
        remote.received().forEach(mail -> mail.acceptedAddresses().forEach(address ->
            assertThat(reached.add(address)).as(address + " for the first time").isTrue()));
        assertThat(reached).hasSize(MANY);
    }
}
