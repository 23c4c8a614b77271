// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.smtp.RecipientResult.Status.DELIVERED;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ReceivedMail;
import org.postlane.testing.Recipient;
import org.postlane.testing.SmtpServer;

/** The parameters of MAIL and RCPT as a server reads them, which holds them against their grammar. */
class EnvelopeOnTheWireTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final Path ASCII = Path.of("a@example.org");
    private static final Path UNICODE = Path.of("\u7528\u6237@\u4f8b\u3048.\u30c6\u30b9\u30c8");

    private static List<RecipientResult> send(SmtpConnection connection, Envelope envelope) {
        return SmtpFixture.get(connection.send(envelope, TestContent.SMALL)).recipients();
    }

    @Test
    void everyWishArrivesAsItsGrammarWantsIt() {
        SmtpServer server = SMTP.start(SmtpServer.builder().startTls(SmtpFixture.TLS)
            .extensions("PIPELINING", "DSN", "SMTPUTF8", "8BITMIME", "REQUIRETLS", "DELIVERBY 60", "MT-PRIORITY MIXER"));
        SmtpConnection connection = SMTP.connect(SmtpFixture.settings(server).tls(TlsMode.VERIFIED).build());
        Envelope envelope = Envelope.from(UNICODE).ret(Envelope.Return.HDRS).envelopeId(EnvelopeId.of("a b+c=")).requireTls()
            .deliverBy(DeliverBy.of(120, DeliverBy.Mode.RETURN, true)).priority(Priority.of(-9)).to(List.of(
                new Envelope.Recipient(UNICODE, Set.of(Envelope.Notify.NEVER),
                    Optional.of(OriginalRecipient.ofMailbox("\u00fc+=\\@example.org"))),
                new Envelope.Recipient(ASCII, Set.of(), Optional.of(OriginalRecipient.ofMailbox("\u00fc@example.org")))));
        assertThat(SmtpFixture.statuses(send(connection, envelope))).containsExactly(DELIVERED, DELIVERED);
        ReceivedMail mail = server.received().get(0);
        assertThat(mail.mailParameters())
            .isEqualTo("RET=HDRS ENVID=a+20b+2Bc+3D BY=120;RT MT-PRIORITY=-9 REQUIRETLS SMTPUTF8");
        assertThat(mail.recipients()).containsExactly(
            new Recipient("\u7528\u6237@xn--r8jz45g.xn--zckzah",
                "NOTIFY=NEVER ORCPT=utf-8;\u00fc\\x{2B}\\x{3D}\\x{5C}@example.org"),
            new Recipient("a@example.org", "ORCPT=utf-8;\\x{FC}@example.org"));
    }

    @Test
    void whatAServerDoesNotOfferIsNotSaidToIt() {
        SmtpServer server = SMTP.start(SmtpServer.builder().extensions("SMTPUTF8", "8BITMIME"));
        Envelope envelope = Envelope.from(UNICODE).ret(Envelope.Return.FULL).priority(Priority.of(3))
            .deliverBy(DeliverBy.of(5, DeliverBy.Mode.NOTIFY, false)).to(List.of(Envelope.Recipient.of(ASCII)));
        assertThat(SmtpFixture.statuses(send(SMTP.connect(server), envelope))).containsExactly(DELIVERED);
        assertThat(server.received().get(0).mailParameters()).isEqualTo("SMTPUTF8");
    }

    @Test
    void aMailThatNeedsMoreThanIsOfferedFailsWithoutAWordAndTheConnectionGoesOn() {
        SmtpServer server = SMTP.start(SmtpServer.builder()
            .extensions("PIPELINING", "8BITMIME", "DSN", "REQUIRETLS", "DELIVERBY 60"));
        SmtpConnection connection = SMTP.connect(server);
        List<Envelope.Recipient> to = List.of(Envelope.Recipient.of(ASCII));
        for (Envelope envelope : List.of(Envelope.of(UNICODE, to), Envelope.of(ASCII, List.of(Envelope.Recipient.of(UNICODE))),
            Envelope.from(ASCII).requireTls().to(to),
            Envelope.from(ASCII).deliverBy(DeliverBy.of(59, DeliverBy.Mode.RETURN, false)).to(to))) {
            assertThat(SmtpFixture.failure(connection.send(envelope, TestContent.SMALL)))
                .isInstanceOf(ExtensionNotOfferedException.class).message().matches("5\\.(6\\.7|7\\.30|3\\.3) .*");
            assertThat(connection.isUsable()).isTrue();
        }
        assertThat(server.statistics().commands("MAIL")).isZero();
        assertThat(SmtpFixture.statuses(send(connection, Envelope.of(ASCII, to)))).containsExactly(DELIVERED);
    }

    @Test
    void aReplyInUtf8IsKeptAsItWasSaid() {
        SmtpServer server = SMTP.start(SmtpServer.builder().extensions("SMTPUTF8", "8BITMIME").behaviour(
            Behaviour.accepting().rcpt(UNICODE.mailbox(), Reaction.reply("550 5.1.1 \u7528\u6237 unknown"))));
        assertThat(send(SMTP.connect(server), Envelope.of(ASCII, List.of(Envelope.Recipient.of(UNICODE)))).get(0).explanation())
            .isEqualTo("550 5.1.1 \u7528\u6237 unknown");
    }

    @Test
    void anEhloNameIsSaidInAsciiOrAsAnAddress() {
        SmtpServer server = SMTP.start(SmtpServer.builder());
        for (String name : new String[] {"m\u00fcnchen.example", "[127.0.0.1]", "[IPv6:::1]"}) {
            send(SMTP.connect(SmtpFixture.settings(server).ehloName(name).build()),
                Envelope.of(ASCII, List.of(Envelope.Recipient.of(ASCII))));
        }
        assertThat(server.received()).extracting(ReceivedMail::heloName)
            .containsExactly("xn--mnchen-3ya.example", "[127.0.0.1]", "[IPv6:::1]");
    }
}
