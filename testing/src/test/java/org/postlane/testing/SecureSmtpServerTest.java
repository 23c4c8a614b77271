// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import javax.net.ssl.SSLException;

import org.junit.jupiter.api.Test;
import org.postlane.testing.Violation.Kind;

class SecureSmtpServerTest {
    private static final byte[] CONTENT = "Subject: x\r\n\r\nx\r\n".getBytes(US_ASCII);
    private static final TestTls TLS = TestTls.forHost("mx.test");

    @Test
    void startTlsProtectsTheMailAndForgetsTheFirstEhlo() {
        try (SmtpServer server = SmtpServer.builder().startTls(TLS).start();
                SmtpDialogue client = SmtpDialogue.connect(server.address())) {
            client.expect(220);
            assertThat(client.ehlo("me.test").offers("STARTTLS")).isTrue();
            assertThat(client.startTls(TLS.clientContext(), "mx.test").offers("STARTTLS")).isFalse();
            client.sendMail("a@x", List.of("b@y"), CONTENT);
            client.quit();
            assertThat(server.received().get(0).tls()).isTrue();
            assertThat(server.received().get(0).heloName()).isEqualTo("client.test");
            assertThat(server.connections().get(0).transcript().get(0).tls()).isFalse();
            assertThat(server.connections().get(0).ending()).contains(Ending.QUIT);
            assertThat(server.violations()).isEmpty();
        }
    }

    @Test
    void implicitTlsCarriesMailAndEndsInGoodOrder() {
        try (SmtpServer server = SmtpServer.builder().implicitTls(TLS).start();
                SmtpDialogue client = SmtpDialogue.connectTls(server.address(), TLS.clientContext())) {
            client.expect(220);
            client.ehlo("me.test");
            client.sendMail("a@x", List.of("b@y"), CONTENT);
            server.connections().get(0).sendNow("421 4.4.2 bye");
            server.connections().get(0).closeNow();
            client.expect(421);
            client.expectEnd();
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void aNameThatDoesNotFitAndACertificateThatNobodyTrustsAreRefusedByTheClient() {
        TestTls wrong = TestTls.withWrongName();
        for (var each : List.of(List.of(wrong, wrong), List.of(TLS, wrong))) {
            try (SmtpServer server = SmtpServer.builder().startTls(each.get(0)).start();
                    SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
                assertThatThrownBy(() -> client.startTls(each.get(1).clientContext(), "mx.test"))
                    .hasCauseInstanceOf(SSLException.class);
                await().until(() -> server.openConnections().isEmpty());
                assertThat(server.connections().get(0).ending()).contains(Ending.TLS_FAILED);
            }
        }
    }

    @Test
    void commandsInjectedBehindStartTlsAreRecordedAndDropped() {
        try (SmtpServer server = SmtpServer.builder().startTls(TLS).start();
                SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.sendBytes("STARTTLS\r\nMAIL FROM:<evil@x>\r\n".getBytes(US_ASCII));
            client.expect(220);
            await().until(() -> server.connections().get(0).serverLines().size() > 2);
            assertThat(server.violations()).extracting(Violation::kind).containsExactly(Kind.NOT_LAST_IN_GROUP);
            assertThat(server.statistics().commands("MAIL")).isZero();
        }
    }

    @Test
    void aHandshakeCanHang() {
        Stall stall = new Stall();
        try (SmtpServer server = SmtpServer.builder().startTls(TLS)
                .behaviour(Behaviour.accepting().handshake(Reaction.stall(stall)).once()).start();
                SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
            client.command("STARTTLS", 220);
            await().until(() -> stall.waiting() == 1);
            client.close();
            await().until(() -> server.openConnections().isEmpty());
            assertThat(server.connections().get(0).isTls()).isFalse();
        }
    }

    @Test
    void theRightCredentialsAreTakenAndTheWrongOnesAreNot() {
        try (SmtpServer server = SmtpServer.builder().auth("user", "secret").authRequired().start()) {
            try (SmtpDialogue client = SmtpDialogue.connect(server.address())) {
                client.expect(220);
                assertThat(client.ehlo("me.test").lines()).contains("250 AUTH PLAIN LOGIN");
                client.command("MAIL FROM:<a@x>", 530);
                assertThat(client.authPlain("user", "wrong").code()).isEqualTo(535);
                assertThat(client.authPlain("user", "secret").code()).isEqualTo(235);
                client.sendMail("a@x", List.of("b@y"), CONTENT);
                assertThat(server.received().get(0).authenticatedUser()).isEqualTo("user");
                assertThat(client.authPlain("user", "secret").code()).isEqualTo(503);
                assertThat(server.violations()).extracting(Violation::kind).containsExactly(Kind.OUT_OF_ORDER);
            }
            try (SmtpDialogue client = SmtpDialogue.greeted(server.address())) {
                assertThat(client.authLogin("user", "secret").code()).isEqualTo(235);
            }
        }
    }

    @Test
    void authIsOfferedUnderTlsOnlyWhereThatIsAsked() {
        try (SmtpServer server = SmtpServer.builder().startTls(TLS).auth("user", "secret").authNeedsTls().start();
                SmtpDialogue client = SmtpDialogue.connect(server.address())) {
            client.expect(220);
            assertThat(client.ehlo("me.test").offers("AUTH")).isFalse();
            assertThat(client.startTls(TLS.clientContext()).offers("AUTH")).isTrue();
        }
    }
}
