// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import javax.mail.Folder;
import javax.mail.Message;
import javax.mail.Session;
import javax.mail.Store;

import org.apache.james.core.Username;
import org.apache.james.core.quota.QuotaCountLimit;
import org.apache.james.mailbox.model.MailboxPath;
import org.apache.james.mailbox.model.MultimailboxesSearchQuery;
import org.apache.james.mailbox.model.SearchQuery;
import org.apache.james.modules.MailboxProbeImpl;
import org.apache.james.modules.QuotaProbesImpl;
import org.apache.james.modules.protocols.SieveProbeImpl;
import org.junit.jupiter.api.Test;
import org.postlane.testing.SmtpDialogue;

/** Local delivery behind James' own Sieve, in the project's conf/ and in stock's. */
class FanOutTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static int messages(JamesUnderTest james, String user) {
        return james.james().server().getProbe(MailboxProbeImpl.class)
            .searchMessage(MultimailboxesSearchQuery.from(SearchQuery.matchAll()).build(), user, 10).size();
    }

    private static String onlyMessage(Folder folder) throws Exception {
        folder.open(Folder.READ_ONLY);
        assertThat(folder.getMessageCount()).isEqualTo(1);
        Message message = folder.getMessage(1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        message.writeTo(out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void sieveDecidesTheFolderOfOneRecipientAndTheOthersFindTheMailInTheirInbox() throws Exception {
        try (JamesUnderTest james = JamesUnderTest.postlane()
                .replace("imapserver.xml", "${sys:postlane.imap.requireTls:-true}", "false")
                .domain("local.test").user("alice@local.test").user("bob@local.test").user("carol@local.test").start()) {
            james.james().server().getProbe(SieveProbeImpl.class).addActiveSieveScript("bob@local.test", "lists",
                "require [\"fileinto\"];\nif header :contains \"Subject\" \"fan\" { fileinto \"Lists\"; }\n");
            james.send("alice@local.test", List.of("bob@local.test", "carol@local.test"), "Subject: fan out\n\nhello\n");

            await().atMost(PATIENCE)
                .until(() -> messages(james, "bob@local.test") == 1 && messages(james, "carol@local.test") == 1);
            Store store = Session.getInstance(new Properties()).getStore("imap");
            store.connect(JamesUnderTest.LOOPBACK, james.port("imap"), "bob@local.test", JamesUnderTest.SECRET);
            try {
                assertThat(onlyMessage(store.getFolder("Lists")))
                    .startsWith("Return-Path: <alice@local.test>\r\nDelivered-To: bob@local.test\r\n")
                    .doesNotContain("Delivered-To: carol").contains("Subject: fan out\r\n").endsWith("\r\n\r\nhello\r\n");
            } finally {
                store.close();
            }
            assertThat(james.inbox("bob@local.test")).isEmpty();
            assertThat(james.inboxTexts("carol@local.test")).singleElement().asString()
                .startsWith("Return-Path: <alice@local.test>\r\nDelivered-To: carol@local.test\r\n")
                .doesNotContain("Delivered-To: bob");
            assertThat(james.webadmin("/metrics")).containsPattern("localDeliveredMails_total 2");
        }
    }

    @Test
    void aFullMailboxBouncesForItsUserAloneAndTheOthersHaveTheMail() throws Exception {
        try (JamesUnderTest james = JamesUnderTest.postlane()
                .domain("local.test").user("alice@local.test").user("bob@local.test").user("carol@local.test").start()) {
            QuotaProbesImpl quotas = james.james().server().getProbe(QuotaProbesImpl.class);
            quotas.setMaxMessageCount(quotas.getQuotaRoot(MailboxPath.inbox(Username.of("bob@local.test"))),
                QuotaCountLimit.count(0));
            james.send("alice@local.test", List.of("bob@local.test", "carol@local.test"), "Subject: full\n\nhello\n");

            await().atMost(PATIENCE).until(() -> james.inbox("carol@local.test").size() == 1
                && james.inbox("alice@local.test").size() == 1);
            assertThat(james.inboxTexts("alice@local.test")).singleElement().asString()
                .contains("bob@local.test").doesNotContainPattern("(?i)Final-Recipient:.*carol");
            assertThat(james.inbox("bob@local.test")).isEmpty();
        }
    }

    @Test
    void stocksSampleDeliversWithOnlyTheClassNameChanged() throws Exception {
        try (JamesUnderTest james = StockConfigurationTest.switchedOn()
                .replace("mailetcontainer.xml", "class=\"LocalDelivery\"", "class=\"org.postlane.mailet.FanOutLocalDelivery\"")
                .start()) {
            try (SmtpDialogue smtp = james.smtp()) {
                smtp.sendMail("bob@elsewhere.test", List.of("alice@local.test"),
                    "Subject: hello\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            await().atMost(PATIENCE).until(() -> messages(james, "alice@local.test") == 1);
        }
    }
}
