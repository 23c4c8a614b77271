// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.testing.Behaviour.accepting;
import static org.postlane.testing.Reaction.reply;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import org.apache.james.core.Username;
import org.apache.james.core.quota.QuotaCountLimit;
import org.apache.james.mailbox.model.MailboxPath;
import org.apache.james.modules.QuotaProbesImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.SmtpServer;

/** What a sender says about reports (RFC 3461), from the socket it came in by to the one it leaves by, or to the report. */
class SmtpReportsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BODY = "the body of the message";
    private static ScriptedBehaviour behaviour;
    private static SmtpServer remote;
    private static JamesUnderTest james;

    @BeforeAll
    static void start() throws Exception {
        behaviour = accepting().rcpt(to -> to.startsWith("refused"), reply("550 5.1.1 who is that"));
        remote = SmtpServer.builder().extensions("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN")
            .behaviour(behaviour).start();
        james = JamesUnderTest.postlane()
            .domain("local.test").user("ann@local.test").user("bea@local.test").user("eve@local.test").user("zoe@local.test")
            .user("sue@local.test").user("sam@local.test").user("sid@local.test").user("sal@local.test")
            .user("rob@local.test").user("ray@local.test").user("full@local.test")
            .alias("sales@local.test", "rob@local.test").alias("info@local.test", "rob@local.test")
            .mx("external.test", remote.port())
            .start();
        QuotaProbesImpl quotas = james.james().server().getProbe(QuotaProbesImpl.class);
        quotas.setMaxMessageCount(quotas.getQuotaRoot(MailboxPath.inbox(Username.of("full@local.test"))),
            QuotaCountLimit.count(0));
    }

    @AfterAll
    static void stop() {
        james.close();
        remote.close();
    }

    private static void send(String from, String mailParameters, String... recipients) {
        try (SmtpDialogue dialogue = james.submission(from)) {
            dialogue.command("MAIL FROM:<" + from + "> " + mailParameters, 250);
            for (String recipient : recipients) {
                dialogue.command("RCPT TO:" + recipient, 250);
            }
            dialogue.command("DATA", 354);
            dialogue.sendContent(("Subject: reports\r\n\r\n" + BODY + "\r\n").getBytes(StandardCharsets.US_ASCII)).expect(250);
        }
    }

    /** All that the sender ever hears. */
    private static List<String> reportsTo(String sender) {
        await().atMost(PATIENCE).until(() -> !james.inboxTexts(sender).isEmpty());
        await().during(Duration.ofSeconds(2)).atMost(PATIENCE).until(() -> james.inboxTexts(sender).size() == 1);
        return james.inboxTexts(sender);
    }

    private static ReceivedMail received(String recipient) {
        await().atMost(PATIENCE).until(() -> !to(recipient).isEmpty());
        return to(recipient).get(0);
    }

    private static List<ReceivedMail> to(String recipient) {
        return remote.received().stream().filter(mail -> mail.recipientAddresses().contains(recipient)).toList();
    }

    @Test
    void theyReachAServerThatKnowsThem() {
        send("ann@local.test", "RET=HDRS ENVID=QQ+2B314",
            "<one@external.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;first+2B1@old.test", "<two@external.test> NOTIFY=NEVER");
        ReceivedMail mail = received("one@external.test");
        assertThat(mail.mailParameters()).contains("RET=HDRS").contains("ENVID=QQ+2B314");
        assertThat(mail.recipients()).anySatisfy(recipient -> {
            assertThat(recipient.address()).isEqualTo("one@external.test");
            assertThat(recipient.parameters()).contains("NOTIFY=SUCCESS,DELAY").contains("ORCPT=rfc822;first+2B1@old.test");
        }).anySatisfy(recipient -> {
            assertThat(recipient.address()).isEqualTo("two@external.test");
            assertThat(recipient.parameters()).contains("NOTIFY=NEVER");
        });
    }

    @Test
    void aReportIsSentAsTheyWantIt() {
        send("bea@local.test", "RET=HDRS ENVID=QQ314159", "<refused@external.test> NOTIFY=FAILURE ORCPT=rfc822;first@old.test");
        await().atMost(PATIENCE).until(() -> !james.inboxTexts("bea@local.test").isEmpty());
        assertThat(james.inboxTexts("bea@local.test")).singleElement().satisfies(report -> assertThat(report)
            .contains("multipart/report", "Original-Envelope-Id: QQ314159", "Original-Recipient: rfc822; first@old.test",
                "text/rfc822-headers", "Subject: reports")
            .doesNotContain(BODY));
    }

    @Test
    void whoWantsTheWholeMessageBackGetsIt() {
        send("eve@local.test", "RET=FULL", "<refused.too@external.test> NOTIFY=DELAY,FAILURE");
        await().atMost(PATIENCE).until(() -> !james.inboxTexts("eve@local.test").isEmpty());
        assertThat(james.inboxTexts("eve@local.test")).singleElement()
            .satisfies(report -> assertThat(report).contains("message/rfc822", BODY));
    }

    @Test
    void noReportIsSentToWhoWantsNone() {
        send("zoe@local.test", "RET=FULL", "<refused.silently@external.test> NOTIFY=NEVER");
        send("zoe@local.test", "RET=FULL", "<refused.early@external.test> NOTIFY=DELAY", "<refused.last@external.test>");
        await().atMost(PATIENCE).until(() -> !james.inboxTexts("zoe@local.test").isEmpty());
        assertThat(james.inboxTexts("zoe@local.test")).singleElement().satisfies(report -> assertThat(report)
            .contains("refused.last@external.test").doesNotContain("refused.silently", "refused.early"));
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    @Test
    void aMailboxHereThatHasTheMailIsReportedOnceToWhoAskedForIt() {
        send("sue@local.test", "RET=HDRS ENVID=QQ+2B2718",
            "<rob@local.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first+2B1@old.test", "<ray@local.test> NOTIFY=SUCCESS",
            "<zoe@local.test> NOTIFY=FAILURE");
        assertThat(reportsTo("sue@local.test")).singleElement().satisfies(report -> assertThat(report)
            .startsWith("Return-Path: <>\r\n")
            .contains("multipart/report", "Reporting-MTA: dns; ", "Original-Envelope-Id: QQ+2718\r\n",
                lines("Original-Recipient: rfc822; first+1@old.test", "Final-Recipient: rfc822; rob@local.test",
                    "Action: delivered", "Status: 2.1.5"),
                "Final-Recipient: rfc822; ray@local.test\r\nAction: delivered\r\nStatus: 2.1.5\r\n",
                "text/rfc822-headers", "Subject: reports")
            .doesNotContain("zoe@local.test", BODY, "Remote-MTA"));
    }

    @Test
    void aFullMailboxHereIsReportedOnceWithItsCode() {
        send("sid@local.test", "RET=HDRS ENVID=QQ161803", "<full@local.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first@old.test");
        assertThat(reportsTo("sid@local.test")).singleElement().satisfies(report -> assertThat(report)
            .contains("Original-Envelope-Id: QQ161803\r\n",
                lines("Original-Recipient: rfc822; first@old.test", "Final-Recipient: rfc822; full@local.test", "Action: failed",
                    "Status: 5.2.2"), "text/rfc822-headers", "Subject: reports")
            .doesNotContain(BODY));
    }

    @Test
    void neverIsNeverForMailboxesHereToo() {
        send("sam@local.test", "", "<full@local.test> NOTIFY=NEVER", "<rob@local.test> NOTIFY=NEVER");
        send("sam@local.test", "", "<full@local.test>");
        assertThat(reportsTo("sam@local.test")).singleElement().satisfies(report -> assertThat(report)
            .contains("Final-Recipient: rfc822; full@local.test\r\nAction: failed", "message/rfc822", BODY)
            .doesNotContain("rob@local.test"));
    }

    /** Stock fails here, and bounces a mail that it could deliver. */
    @Test
    void whoStandsBehindTwoAliasesIsReportedOnceUnderTheNameThatWasWritten() {
        send("sal@local.test", "", "<sales@local.test> NOTIFY=SUCCESS ORCPT=rfc822;sales@local.test",
            "<info@local.test> NOTIFY=SUCCESS ORCPT=rfc822;info@local.test", "<ray@local.test> NOTIFY=NEVER");
        assertThat(reportsTo("sal@local.test")).singleElement().satisfies(report -> assertThat(report)
            .containsOnlyOnce("Action: ")
            .contains("Final-Recipient: rfc822; rob@local.test\r\nAction: delivered")
            .containsPattern("Original-Recipient: rfc822; (sales|info)@local.test\r\n"));
    }

    @Test
    void whoIsNamedTwiceWithWishesGetsTheMail() {
        send("ann@local.test", "ENVID=twice", "<twice@external.test> NOTIFY=NEVER", "<twice@external.test> NOTIFY=SUCCESS");
        assertThat(received("twice@external.test").recipients()).singleElement()
            .satisfies(recipient -> assertThat(recipient.parameters()).contains("NOTIFY=NEVER"));
    }

    @Test
    void thoseOfAMailThatWasRefusedAreNotThoseOfTheNext() {
        try (SmtpDialogue dialogue = james.submission("ann@local.test")) {
            dialogue.command("MAIL FROM:<ann@local.test> ENVID=refused SIZE=999999999", 552);
            dialogue.command("MAIL FROM:<ann@local.test> RET=FULL ENVID=alsorefused SIZE=1 BODY=NONE", 501);
            dialogue.command("MAIL FROM:<bea@local.test> RET=HDRS ENVID=notmine", 550);
            dialogue.sendMail("ann@local.test", List.of("next@external.test"), "Subject: next\r\n\r\n".getBytes(
                StandardCharsets.US_ASCII));
        }
        assertThat(received("next@external.test").mailParameters()).doesNotContain("ENVID").doesNotContain("RET");
    }
}
