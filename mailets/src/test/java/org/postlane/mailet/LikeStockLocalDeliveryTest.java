// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.local.LocalFixture.mail;
import static org.postlane.recipient.TestDirectory.address;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.mail.internet.MimeBodyPart;
import javax.mail.internet.MimeMultipart;

import com.google.common.collect.ImmutableList;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.Username;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.apache.mailet.PerRecipientHeaders.Header;
import org.apache.mailet.StorageDirective;
import org.apache.mailet.base.GenericMailet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postlane.local.LocalFixture;

/** The same mails through James' LocalDelivery and ours leave the same octets, flags, mailboxes and error mails. */
class LikeStockLocalDeliveryTest {
    private static final List<String> USERS = List.of("ann@example.org", "bob@example.org", "cat@example.org");
    private static final String[] RECIPIENTS = USERS.toArray(String[]::new);
    private static final String SIMPLE = lines("Received: from a by b;", " Fri, 1 Jan 2021 00:00:00 +0000", "Subject: one",
        "Message-ID: <1@example.org>", "Date: Fri, 1 Jan 2021 00:00:00 +0000", "X-Tag: first", "X-Tag: second",
        "To: ann@example.org", "", "Text", ".dot");

    /** Makes a mail, anew with each call. */
    interface Given {
        Mail mail() throws Exception;
    }

    /** One comparison. */
    record Case(String name, Given given, List<String> parameters) {
        Case(String name, Given given, String... parameters) {
            this(name, given, List.of(parameters));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    static Stream<Case> cases() {
        return Stream.of(
            new Case("a simple mail", () -> mail("M", SIMPLE, RECIPIENTS)),
            new Case("a mail without a sender", () -> {
                MailImpl mail = mail("M", SIMPLE, RECIPIENTS);
                mail.setSender(MaybeSender.nullSender().asOptional().orElse(null));
                return mail;
            }),
            new Case("a Return-Path among the headers", () -> mail("M",
                "Subject: one\r\nReturn-Path: <old@example.org>\r\nMessage-ID: <1@b>\r\nReturn-Path: <older@a>\r\n\r\nText",
                RECIPIENTS)),
            new Case("no body", () -> mail("M", "Subject: one\r\nMessage-ID: <1@b>\r\n", RECIPIENTS)),
            new Case("no header", () -> mail("M", "\r\nText\r\n", RECIPIENTS)),
            new Case("eight-bit text and header", () -> mail("M",
                "Subject: \u00e4\r\n\r\n\u00e4\u00f6\u0000\rbare\nend", RECIPIENTS)),
            new Case("above the threshold", () -> mail("M", SIMPLE + "0123456789\r\n".repeat(40_000), RECIPIENTS)),
            new Case("attachments", () -> mail("M", lines("MIME-Version: 1.0", "Message-ID: <1@b>",
                "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "Text", "--b", "Content-Type: image/png",
                "Content-Transfer-Encoding: base64", "Content-Disposition: attachment; filename=a.png", "", "AAAA", "--b--"),
                RECIPIENTS)),
            new Case("headers of recipients", LikeStockLocalDeliveryTest::headersOfRecipients),
            new Case("odd headers of one recipient", () -> oddHeadersOf("ann@example.org")),
            new Case("headers changed before", () -> {
                Mail mail = headersOfRecipients();
                mail.getMessage().addHeader("X-New", "new");
                mail.getMessage().setHeader("Subject", "changed");
                mail.getMessage().removeHeader("To");
                mail.getMessage().addHeader("Received", "by us");
                return mail;
            }),
            new Case("body changed before", () -> {
                Mail mail = headersOfRecipients();
                mail.getMessage().setText("Other text, \u00e4", "UTF-8");
                return mail;
            }),
            new Case("body replaced by parts", () -> {
                Mail mail = headersOfRecipients();
                MimeBodyPart part = new MimeBodyPart();
                part.setText("part");
                MimeMultipart parts = new MimeMultipart("mixed; boundary=fixed", part);
                mail.getMessage().setContent(parts, "multipart/mixed; boundary=fixed");
                mail.getMessage().saveChanges();
                return mail;
            }),
            new Case("folders and flags", LikeStockLocalDeliveryTest::directives),
            new Case("the mail goes on", LikeStockLocalDeliveryTest::directives, "consume", "false"),
            new Case("a full mailbox", () -> mail("M", SIMPLE, "ann@example.org", "full@example.org", "bob@example.org"),
                "retries", "0"),
            new Case("a full mailbox that is ignored", () -> mail("M", SIMPLE, "full@example.org", "bob@example.org"),
                "retries", "0", "onMailetException", "ignore"),
            new Case("a full mailbox with a processor of its own", () -> mail("M", SIMPLE, "full@example.org"),
                "retries", "0", "onMailetException", "Full-Mailboxes"),
            new Case("a folder without a name", () -> {
                Mail mail = mail("M", SIMPLE, RECIPIENTS);
                StorageDirective.builder().targetFolder("").build()
                    .encodeAsAttributes(Username.of("bob@example.org")).forEach(mail::setAttribute);
                return mail;
            }, "retries", "0"));
    }

    private static Mail headersOfRecipients() throws Exception {
        MailImpl mail = mail("M", SIMPLE, RECIPIENTS);
        for (String user : List.of("ann@example.org", "bob@example.org")) {
            add(mail, user, "Delivered-To", user);
            add(mail, user, "X-Tag", "third of " + user);
            add(mail, user, "Delivered-To", "again " + user);
        }
        return mail;
    }

    /** Headers that JavaMail has places of its own for, and lines that stock writes anew for all but the first recipient. */
    private static Mail oddHeadersOf(String... users) throws Exception {
        MailImpl mail = mail("M", SIMPLE.replace("X-Tag: second", "x-tag:  second "), users);
        for (String user : users) {
            add(mail, user, "Delivered-To", user);
            add(mail, user, "X-Tag", "third of " + user);
            add(mail, user, "Received", "for " + user);
            add(mail, user, "Subject", "second subject");
            add(mail, user, "Content-Length", "12");
            add(mail, user, "Reply-To", "somebody");
            add(mail, user, "Return-Path", "<" + user + ">");
            add(mail, user, "delivered-to", "again " + user);
        }
        return mail;
    }

    private static void add(MailImpl mail, String user, String name, String value) {
        mail.addSpecificHeaderForRecipient(Header.builder().name(name).value(value).build(), address(user));
    }

    private static Mail directives() throws Exception {
        MailImpl mail = mail("M", SIMPLE, RECIPIENTS);
        Stream.of(
            StorageDirective.builder().targetFolder("/lists/james").seen(Optional.of(true)).important(Optional.of(true))
                .keywords(Optional.of(ImmutableList.of("one", "two"))).build().encodeAsAttributes(Username.of("ann@example.org")),
            StorageDirective.builder().seen(Optional.of(false)).build().encodeAsAttributes(Username.of("bob@example.org")))
            .flatMap(attributes -> attributes).forEach(mail::setAttribute);
        return mail;
    }

    /** All that a delivery leaves. */
    private record Left(Map<String, List<String>> ann, Map<String, List<String>> bob, Map<String, List<String>> cat,
            List<LocalFixture.Sent> sent, String state, List<String> attributes, String message, int counted) {
    }

    private static Left deliver(Case given, boolean stock) throws Exception {
        try (LocalFixture fixture = new LocalFixture(true)) {
            fixture.mailboxes.limit("full@example.org", 0);
            String[] parameters = given.parameters().toArray(String[]::new);
            GenericMailet mailet = stock ? fixture.stock(parameters) : fixture.ours(parameters);
            Mail mail = given.given().mail();
            mailet.service(mail);
            return new Left(contents(fixture, 0), contents(fixture, 1), contents(fixture, 2),
                fixture.sent.stream().map(LocalFixture.Sent::withoutReasons).toList(), mail.getState(),
                mail.attributes().map(attribute -> attribute.getName().asString()).sorted().toList(),
                withoutBoundary(LocalFixture.octets(mail)), fixture.count("localDeliveredMails"));
        }
    }

    private static Map<String, List<String>> contents(LocalFixture fixture, int user) throws Exception {
        Map<String, List<String>> contents = fixture.contents(USERS.get(user));
        contents.replaceAll((mailbox, messages) -> messages.stream().map(LikeStockLocalDeliveryTest::withoutBoundary).toList());
        return contents;
    }

    /** JavaMail makes a boundary from the time. */
    private static String withoutBoundary(String message) {
        return message.replaceAll("(----=_Part_)[0-9._]+", "$1");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void mailboxesAndErrorMailsAreThoseOfStock(Case given) throws Exception {
        Left stock = deliver(given, true);
        Left ours = deliver(given, false);

        assertThat(ours.counted()).isEqualTo(stock.counted());
        assertThat(ours.sent()).isEqualTo(stock.sent());
        assertThat(ours).isEqualTo(stock);
    }

    /** Stock restores the headers after each recipient, not quite as they were. */
    @Test
    void eachRecipientGetsWhatStockGivesToOneWhoIsAlone() throws Exception {
        Left ours = deliver(new Case("all", () -> oddHeadersOf(RECIPIENTS)), false);

        assertThat(ours.ann()).isEqualTo(deliver(new Case("ann", () -> oddHeadersOf(USERS.get(0))), true).ann());
        assertThat(ours.bob()).isEqualTo(deliver(new Case("bob", () -> oddHeadersOf(USERS.get(1))), true).bob());
        assertThat(ours.cat()).isEqualTo(deliver(new Case("cat", () -> oddHeadersOf(USERS.get(2))), true).cat());
    }
}
