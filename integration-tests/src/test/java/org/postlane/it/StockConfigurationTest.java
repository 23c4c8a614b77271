// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.SmtpServer;

class StockConfigurationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MAILS = 8;

    /** What an administrator does to an existing James: name the module, and change one class name. */
    static JamesUnderTest.Builder switchedOn() {
        return JamesUnderTest.stock()
            .replace("mailetcontainer.xml", "class=\"RemoteDelivery\"", "class=\"org.postlane.mailet.PooledRemoteDelivery\"")
            .edit("extensions.properties", text -> text + "\nguice.extension.module=org.postlane.guice.PostlaneModule\n")
            .edit("smtpserver.xml", text -> text
                .replaceFirst("0\\.0\\.0\\.0:25\\b", "\\${sys:postlane.smtp.bind}")
                .replaceFirst("0\\.0\\.0\\.0:465\\b", "\\${sys:postlane.submissions.bind}")
                .replaceFirst("0\\.0\\.0\\.0:587\\b", "\\${sys:postlane.submission.bind}")
                .replace("<secret>james72laBalle</secret>", "<secret>postlane</secret>"))
            .edit("imapserver.xml", text -> text.replace("0.0.0.0:143", "${sys:postlane.imap.bind}")
                .replace("0.0.0.0:993", "${sys:postlane.imaps.bind}").replace("enabled=\"true\"", "enabled=\"false\""))
            .edit("managesieveserver.xml", text -> text.replace("enabled=\"true\"", "enabled=\"false\""))
            .edit("webadmin.properties", text -> text.replace("enabled=true", "enabled=false"))
            .edit("jmap.properties", text -> text.replace("enabled=true", "enabled=false"))
            .domain("local.test").user("alice@local.test");
    }

    @Test
    void stocksSampleRelaysMailWithOnlyTheClassNameChanged() throws Exception {
        try (SmtpServer remote = SmtpServer.accepting();
             JamesUnderTest james = switchedOn().mx("external.test", remote.port()).start()) {
            for (int i = 0; i < MAILS; i++) {
                // Stock lets loopback relay without AUTH.
                try (SmtpDialogue smtp = james.smtp()) {
                    smtp.sendMail("alice@local.test", List.of("bob@external.test"),
                        "Subject: hello\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII));
                }
                int expected = i + 1;
                await().atMost(PATIENCE).until(() -> remote.received().size() == expected);
            }
            assertThat(remote.received()).extracting(mail -> mail.mailFrom()).containsOnly("alice@local.test");
            // Stock opens one for each; one more than needed is opened where a mail comes before the last is settled.
            assertThat(remote.statistics().connectionsOpened()).isLessThan(MAILS);
            assertThat(remote.violations()).isEmpty();
        }
    }

    @Test
    void stocksSampleDeliversToMailboxesWithOnlyTheClassNameChanged() throws Exception {
        FaultyMailboxes mailboxes = new FaultyMailboxes();
        try (JamesUnderTest james = switchedOn().override(mailboxes)
                .replace("mailetcontainer.xml", "class=\"LocalDelivery\"", "class=\"org.postlane.mailet.FanOutLocalDelivery\"")
                .start()) {
            try (SmtpDialogue smtp = james.smtp()) {
                smtp.sendMail("bob@elsewhere.test", List.of("alice@local.test"),
                    "Subject: hello\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            await().atMost(PATIENCE).until(() -> mailboxes.inInbox("alice@local.test") == 1);
        }
    }

    @Test
    void stocksSampleWithTheThirdStepDeliversToMailboxesAndServesThemOverPop3() throws Exception {
        try (JamesUnderTest james = InstallDocument.follow("Third step", switchedOn())
                .replace("pop3server.xml", "0.0.0.0:110", "${sys:postlane.pop3.bind}")
                .replace("pop3server.xml", "<secret>james72laBalle</secret>", "<secret>postlane</secret>")
                .start()) {
            try (SmtpDialogue smtp = james.smtp()) {
                smtp.sendMail("bob@elsewhere.test", List.of("alice@local.test"),
                    "Subject: hello\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            await().atMost(PATIENCE).until(() -> james.inbox("alice@local.test").size() == 1);
            try (Pop3Client first = Pop3Client.plain(james.port("pop3")).login("alice@local.test", JamesUnderTest.SECRET);
                 Pop3Client second = Pop3Client.plain(james.port("pop3"))) {
                assertThat(first.greeting()).isEqualTo("+OK POP3 server ready");
                assertThat(second.say("USER alice@local.test", "PASS " + JamesUnderTest.SECRET)).last().asString()
                    .startsWith("-ERR [IN-USE]");
            }
        }
    }
}
