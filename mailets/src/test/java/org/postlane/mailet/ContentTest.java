// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.testing.Reaction.close;
import static org.postlane.testing.Reaction.reply;

import java.io.ByteArrayInputStream;
import java.util.List;
import javax.mail.MessagingException;
import javax.mail.internet.MimeBodyPart;
import javax.mail.internet.MimeMessage;
import javax.mail.internet.MimeMultipart;

import org.apache.james.server.core.MailImpl;
import org.junit.jupiter.api.Test;
import org.postlane.testing.Behaviour;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

class ContentTest {
    private static final String[] SOON = {"delayTime", "20", "maxRetries", "2", "bounceProcessor", "failed"};
    private static final String TEXT = "Gr\u00fc\u00dfe aus K\u00f6ln, \u20ac 5 = gut.\r\n.dot\r\n";
    private static final String HEAD = String.join("\r\n", "From: a@home.test", "Message-ID: <keep@home.test>",
        "Date: Sun, 1 Nov 2026 10:00:00 +0000", "Subject: x", "MIME-Version: 1.0", "");

    private static MimeMessage parsed(SmtpServer server) throws MessagingException {
        return new MimeMessage(null, new ByteArrayInputStream(server.received().get(0).content()));
    }

    private static void deliver(byte[] content, Check check) throws Exception {
        // The first attempt is deferred: what the second one has in hand is what the queue has kept.
        ScriptedBehaviour behaviour = Behaviour.accepting().rcpt("x@plain.test", reply("450 4.2.0 not now")).once();
        try (SmtpServer plain = SmtpServer.builder().extensions("PIPELINING").behaviour(behaviour).start();
             SmtpServer able = SmtpServer.accepting();
             Delivery delivery = new Delivery().domain("plain.test", plain).domain("able.test", able)) {
            delivery.start(SOON);
            delivery.send(Delivery.mailWith("mail", content, "x@plain.test", "x@able.test"));
            delivery.settled();
            assertThat(plain.violations()).isEmpty();
            assertThat(able.violations()).isEmpty();
            assertThat(able.received()).hasSize(1).first()
                .satisfies(received -> assertThat(received.content()).isEqualTo(content));
            check.check(plain, delivery);
        }
    }

    private interface Check {
        void check(SmtpServer plain, Delivery delivery) throws Exception;
    }

    private static void assertSevenBit(SmtpServer server) {
        for (byte octet : server.received().get(0).content()) {
            assertThat(octet).isGreaterThanOrEqualTo((byte) 0);
        }
    }

    @Test
    void eightBitTextIsConvertedForAServerWithout8bitmimeAndDecodesToTheSameText() throws Exception {
        for (String encoding : List.of("Content-Transfer-Encoding: 8bit\r\n", "")) {
            byte[] content = (HEAD + "Content-Type: text/plain; charset=utf-8; format=flowed\r\n" + encoding + "\r\n" + TEXT)
                .getBytes(UTF_8);
            deliver(content, (plain, delivery) -> {
                assertSevenBit(plain);
                MimeMessage message = parsed(plain);
                assertThat(message.getContent()).isEqualTo(TEXT);
                assertThat(message.getMessageID()).isEqualTo("<keep@home.test>");
                assertThat(message.getContentType()).contains("format=flowed");
                assertThat(message.getHeader("Date")).containsExactly("Sun, 1 Nov 2026 10:00:00 +0000");
            });
        }
    }

    @Test
    void everyPartOfAMultipartIsConvertedAndANestedMessageKeepsItsForm() throws Exception {
        byte[] content = (HEAD + "Content-Type: multipart/mixed; boundary=\"b\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            + "--b\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\u00fc\u00dfe\r\n"
            + "--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n\u00ff\u00fe\u0001\r\n"
            + "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: in\r\n"
            + "Message-ID: <inner@home.test>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nK\u00f6ln\r\n"
            + "--b\r\nContent-Type: text/plain\r\n\r\nplain = plain\r\n--b--\r\n").getBytes(ISO_8859_1);
        deliver(content, (plain, delivery) -> {
            assertSevenBit(plain);
            MimeMultipart parts = (MimeMultipart) parsed(plain).getContent();
            assertThat(parts.getCount()).isEqualTo(4);
            assertThat(parts.getBodyPart(0).getContent().toString()).isEqualTo("Gr\u00fc\u00dfe");
            assertThat(parts.getBodyPart(1).getInputStream().readAllBytes()).containsExactly(0xff, 0xfe, 1);
            assertThat(((MimeBodyPart) parts.getBodyPart(2)).getEncoding()).isEqualTo("7bit");
            MimeMessage inner = (MimeMessage) parts.getBodyPart(2).getContent();
            assertThat(inner.getContent().toString()).startsWith("K\u00f6ln");
            assertThat(inner.getMessageID()).isEqualTo("<inner@home.test>");
            assertThat(parts.getBodyPart(3).getContent()).isEqualTo("plain = plain");
        });
    }

    @Test
    void aSignedMessageIsNeverConvertedButBouncedWith563() throws Exception {
        byte[] content = ("DKIM-Signature: v=1; a=rsa-sha256; d=home.test; s=s; h=from; bh=x; b=y\r\n" + HEAD
            + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + TEXT).getBytes(UTF_8);
        deliver(content, ContentTest::assertBounced563);
    }

    @Test
    void octetsThatContradictTheirOwnEncodingAreNotGuessedAtButBouncedWith563() throws Exception {
        byte[] content = (HEAD + "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + TEXT).getBytes(UTF_8);
        deliver(content, ContentTest::assertBounced563);
    }

    private static void assertBounced563(SmtpServer plain, Delivery delivery) {
        assertThat(plain.received()).isEmpty();
        assertThat(plain.statistics().commands("MAIL")).isZero();
        assertThat(delivery.context.sentTo("failed")).hasSize(1).first().satisfies(failed -> {
            assertThat(failed.recipients()).containsExactly("x@plain.test");
            assertThat((String) failed.attributes().get("delivery-error")).startsWith("5.6.3");
        });
    }

    @Test
    void aMessageThatAMailetHasChangedIsSentAsChanged() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start(SOON);
            MailImpl mail = Delivery.mail("mail", "x@a.test");
            mail.getMessage().setHeader("X-Changed", "yes");
            mail.getMessage().saveChanges();
            delivery.send(mail);
            delivery.settled();
            assertThat(server.received().get(0).text()).contains("X-Changed: yes");
        }
    }

    @Test
    void aMessageOverTheServersSizeIsBouncedWith534() throws Exception {
        try (SmtpServer server = SmtpServer.builder().extensions("PIPELINING", "SIZE 20").start();
             Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start(SOON);
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(delivery.context.sentTo("failed")).hasSize(1).first().satisfies(failed ->
                assertThat((String) failed.attributes().get("delivery-error")).startsWith("5.3.4"));
        }
    }

    @Test
    void aServerThatAnswersInTheMiddleOfALargeMessageIsBelievedAndTheRestIsDropped() throws Exception {
        byte[] large = ("Subject: large\r\n\r\n" + ("x".repeat(70) + "\r\n").repeat(60_000)).getBytes(UTF_8);
        ScriptedBehaviour behaviour = Behaviour.accepting()
            .data(reply("354 go on").then(reply("552 5.3.4 enough")).then(close()));
        try (SmtpServer server = SmtpServer.with(behaviour); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start(SOON);
            delivery.send(Delivery.mailWith("mail", large, "x@a.test"));
            delivery.settled();
            assertThat(delivery.context.sentTo("failed")).hasSize(1);
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void aMailWithoutAMessageIsDeferredAndGivenUpAndKeepsNoConnection() throws Exception {
        try (SmtpServer server = SmtpServer.accepting(); Delivery delivery = new Delivery().domain("a.test", server)) {
            delivery.start("maxConnectionsPerHost", "1", "delayTime", "20", "maxRetries", "2", "bounceProcessor", "failed");
            MailImpl mail = MailImpl.builder().name("empty").sender(Delivery.SENDER).addRecipient("x@a.test").build();
            delivery.send(mail);
            delivery.settled(3);
            assertThat(delivery.context.sentTo("failed")).hasSize(1).first().satisfies(failed -> assertThat(failed.attributes())
                .containsEntry("is-delivery-permanent-error", false));
            delivery.send("other", "y@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(1);
        }
    }
}
