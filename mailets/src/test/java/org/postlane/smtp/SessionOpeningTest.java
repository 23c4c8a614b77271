// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;

/** Connection, greeting, EHLO. */
class SessionOpeningTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private final ScriptedBehaviour behaviour = Behaviour.accepting();

    private Throwable failure(SmtpServer server, Duration limit) {
        return SmtpFixture.failure(SMTP.client().connect(SmtpFixture.settings(server, limit).build()));
    }

    private SmtpException refused() {
        SMTP.expectViolations();
        Throwable failure = failure(SMTP.start(SmtpServer.builder().behaviour(behaviour)), SmtpFixture.AMPLE);
        assertThat(failure).isInstanceOf(SmtpException.class);
        return (SmtpException) failure;
    }

    @Test
    void aHostThatRefusesTheConnectionIsAtFault() throws IOException {
        // Bound and not listening: nobody else can have the port meanwhile.
        try (Socket silent = new Socket()) {
            silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = silent.getLocalPort();
            SessionSettings nobody = SessionSettings.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), "mx.test")
                .timeouts(SmtpTimeouts.RFC_5321).build();
            Throwable failure = SmtpFixture.failure(SMTP.client().connect(nobody));
            assertThat(failure).isInstanceOf(SmtpException.class).hasMessageContaining("mx.test[127.0.0.1]:" + port);
            assertThat(((SmtpException) failure).failure().fault()).isEqualTo(Fault.HOST);
        }
    }

    @Test
    void theHostIsAtFaultAndTheReplyIsKeptWhenItGreetsWith554() {
        behaviour.connect(Reaction.reply("554 5.7.1 you are on a list"));
        SmtpException refused = refused();
        assertThat(refused.failure().fault()).isEqualTo(Fault.HOST);
        assertThat(refused.failure().persistence()).isEqualTo(Failure.Persistence.PERMANENT);
        assertThat(refused.failure().reply().orElseThrow().code()).isEqualTo(554);
    }

    @Test
    void aGreetingOfManyLinesOneOctetAtATimeIsAGreeting() {
        behaviour.connect(Reaction.byteByByte("220-mx.test welcomes you\n220-to a long\n220 greeting"));
        assertThat(SMTP.connect(SMTP.start(SmtpServer.builder().behaviour(behaviour))).isUsable()).isTrue();
    }

    @Test
    void dripsDoNotExtendTheTimeOfAReply() {
        behaviour.connect(Reaction.slowly("220-" + "x".repeat(2000) + "\n220 at last", Duration.ofMillis(20)));
        SMTP.expectViolations();
        assertThat(failure(SMTP.start(SmtpServer.builder().behaviour(behaviour)), SmtpFixture.SHORT))
            .hasMessageContaining("No answer to the connection, with a greeting");
    }

    @Test
    void oneReplyWithTwoCodesEndsTheSession() {
        behaviour.ehlo(Reaction.mixedCodes(250, 550));
        assertThat(refused()).hasMessageContaining("one reply with the codes 250 and 550");
    }

    @Test
    void aReplyLineOfTenKilobytesEndsTheSession() {
        behaviour.ehlo(Reaction.longLine(250, 10_000));
        assertThat(refused()).hasMessageContaining("a reply line of more than 4096 octets");
    }

    @Test
    void aReplyLineThatNeverEndsEndsTheSession() {
        behaviour.connect(Reaction.endlessLine(220));
        assertThat(refused()).hasMessageContaining("a reply line of more than 4096 octets");
    }

    @Test
    void aReplyThatNeverStopsBeingContinuedEndsTheSession() {
        behaviour.ehlo(Reaction.endlessContinuation(250));
        assertThat(refused()).hasMessageContaining("a reply of more than 128 lines");
    }

    @Test
    void aSecondReplyBehindTheGreetingIsNotTakenForTheAnswerToEhlo() {
        behaviour.connect(Reaction.twoAtOnce("220 mx.test", "250 mx.test"));
        assertThat(refused()).hasMessageContaining("more than was asked for");
    }

    @Test
    void aSecondReplyBehindEhloLeavesNoSession() {
        behaviour.ehlo(Reaction.twoAtOnce("250 mx.test", "250 mx.test"));
        assertThat(refused().failure().fault()).isEqualTo(Fault.HOST);
    }

    @Test
    void aServerOfTheEightiesIsGreetedWithHelo() {
        behaviour.ehlo(Reaction.reply("502 5.5.1 what?"));
        SmtpServer server = SMTP.start(SmtpServer.builder().behaviour(behaviour));
        SmtpConnection connection = SMTP.connect(server);
        assertThat(SmtpFixture.statuses(SmtpFixture.send(connection, "a@example.org")))
            .containsExactly(RecipientResult.Status.DELIVERED);
        assertThat(connection.capabilities().offers("PIPELINING")).isFalse();
        assertThat(server.received().get(0).heloName()).isEqualTo("client.test");
    }

    @Test
    void ehloRefusedForNowIsNotFollowedByHelo() {
        behaviour.ehlo(Reaction.reply("451 4.3.0 later"));
        assertThat(refused().failure().reply().orElseThrow().code()).isEqualTo(451);
    }

    @Test
    void theSourceAddressIsUsed() throws IOException {
        SmtpServer server = SMTP.start(SmtpServer.builder());
        SMTP.connect(SmtpFixture.settings(server).source(InetAddress.getByName("127.0.0.5")).build());
        assertThat(((InetSocketAddress) server.connections().get(0).peer()).getAddress().getHostAddress()).isEqualTo("127.0.0.5");
    }

    @Test
    void anEhloNameCannotBeginAnotherCommand() {
        for (String name : new String[] {"a\r\nMAIL FROM:<>", "a b", "", "a\0", "a:b", "\u05d0a", "[::1]"}) {
            assertThatThrownBy(() -> SessionSettings.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), 25), "mx")
                .ehloName(name))
                .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
