// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import javax.mail.Session;
import javax.mail.internet.MimeMessage;
import javax.mail.internet.MimeMultipart;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MimeMessageInputStreamSource;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.mailet.base.test.FakeMail;
import org.junit.jupiter.api.Test;

class NotificationTest {
    private static final Instant NOW = Instant.parse("2026-11-22T09:00:00Z");

    private static MimeMultipart about(MimeMessage original, Action action) throws Exception {
        Notification notification = new Notification("out.home.test", new MailAddress("postmaster@home.test"),
            new MailAddress("sender@home.test"), SenderWishes.of(FakeMail.builder().name("mail").build()), NOW,
            List.of(RecipientStatus.of("x@a.test", action, "5.1.1", "5.1.1 nobody").lastAttempt(NOW).build()));
        MimeMessage report = new MimeMessage(Session.getInstance(new Properties()),
            new ByteArrayInputStream(notification.about(original, NOW)));
        assertThat(report.getSentDate()).isEqualTo("2026-11-22T09:00:00Z");
        return (MimeMultipart) report.getContent();
    }

    private static String part(MimeMultipart report, int index) throws Exception {
        return new String(report.getBodyPart(index).getInputStream().readAllBytes(), ISO_8859_1);
    }

    @Test
    void aHeaderBeyondAsciiComesBackInItsOwnOctets() throws Exception {
        String header = "Subject: gr\u00fc\u00dfe\r\nX-Folded: one\r\n two\r\n";
        MimeMessageWrapper message = new MimeMessageWrapper(MimeMessageInputStreamSource.create("m",
            new ByteArrayInputStream((header + "\r\nHello\r\n").getBytes(ISO_8859_1))));
        try {
            assertThat(part(about(message, Action.FAILED), 2)).isEqualTo(header + "\r\nHello\r\n");
            assertThat(part(about(message, Action.DELAYED), 2)).isEqualTo(header);
        } finally {
            LifecycleUtil.dispose(message);
        }
    }

    @Test
    void aHeaderWithoutABodyIsAllOfIt() throws Exception {
        MimeMessage message = new MimeMessage(Session.getInstance(new Properties()),
            new ByteArrayInputStream("Subject: a\r\n".getBytes(ISO_8859_1)));
        assertThat(part(about(message, Action.DELAYED), 2)).isEqualTo("Subject: a\r\n");
    }

    @Test
    void anOriginalThatCannotBeReadIsLeftOutAndTheReportIsMade() throws Exception {
        MimeMessage unreadable = new MimeMessage(Session.getInstance(new Properties())) {
            @Override
            public void writeTo(OutputStream out) throws IOException {
                throw new IOException("The disk is gone");
            }
        };
        for (MimeMessage original : new MimeMessage[] {unreadable, null}) {
            MimeMultipart report = about(original, Action.FAILED);
            assertThat(report.getCount()).isEqualTo(2);
            assertThat(part(report, 1)).contains("Final-Recipient: rfc822; x@a.test\r\n");
        }
    }

    @Test
    void theFieldsAreThoseOfRfc3464InItsOrder() throws Exception {
        assertThat(part(about(null, Action.FAILED), 1).split("\r\n")).containsExactly(
            "Reporting-MTA: dns; out.home.test",
            "Arrival-Date: Sun, 22 Nov 2026 09:00:00 +0000",
            "",
            "Final-Recipient: rfc822; x@a.test",
            "Action: failed",
            "Status: 5.1.1",
            "Diagnostic-Code: x-postlane; 5.1.1 nobody",
            "Last-Attempt-Date: Sun, 22 Nov 2026 09:00:00 +0000");
    }

    @Test
    void aTextIsFoldedBetweenItsWordsAndNoLineIsTooLong() {
        String text = "smtp; " + "some words ".repeat(30) + "x".repeat(2500);
        String field = new StatusFields().addText("Diagnostic-Code", text).toString();
        assertThat(field.lines()).allMatch(line -> line.length() < 998).filteredOn(line -> line.contains("words"))
            .allMatch(line -> line.length() <= 78);
        assertThat(field.lines().skip(1)).allMatch(line -> line.startsWith(" ") && !line.isBlank());
        assertThat(field.replaceAll("\r\n", "").replaceAll("x x", "xx")).endsWith("x".repeat(2500));
    }
}
