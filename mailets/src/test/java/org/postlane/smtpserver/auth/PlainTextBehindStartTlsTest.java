// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.smtpserver.auth.AuthServer.ANN;
import static org.postlane.smtpserver.auth.AuthServer.SECRET;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

import org.apache.commons.configuration2.BaseConfiguration;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.smtpserver.verb.SyntaxRules;
import org.postlane.testing.SmtpDialogue;

/** STARTTLS and plain text that wait in line while a password is being checked (RFC 3207 4.2). */
class PlainTextBehindStartTlsTest {
    /** As ann, with a wrong password. */
    private static final String LOGIN = "AUTH PLAIN AGFubkBleGFtcGxlLm9yZwB3cm9uZw==\r\n";
    private static final String STARTTLS = "STARTTLS\r\n";
    private static final String INJECTED = "EHLO evil.test\r\nMAIL FROM:<injected@evil.test>\r\n";

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    @TempDir
    private Path files;
    private AuthServer server;
    private SmtpDialogue client;

    @BeforeEach
    void setUp() throws Exception {
        SyntaxRules rules = new SyntaxRules();
        rules.init(new BaseConfiguration());
        server = new AuthServer(files, rules);
        server.users.before = () -> {
            asked.countDown();
            release.await();
        };
        client = server.connect();
    }

    @AfterEach
    void tearDown() throws Exception {
        release.countDown();
        client.close();
        server.close();
    }

    private void send(String text) {
        client.sendBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Where each piece of what the client sends begins. */
    @ParameterizedTest
    @ValueSource(strings = {LOGIN + STARTTLS + INJECTED, LOGIN + "|" + STARTTLS + INJECTED, LOGIN + STARTTLS + "|" + INJECTED,
        LOGIN + STARTTLS + "|MAIL FROM:<injected@evil.test> "})
    void isNotExecutedWithinTls(String pieces) throws Exception {
        for (String piece : pieces.split("\\|")) {
            send(piece);
            asked.await();
        }
        release.countDown();
        client.expect(535);
        client.expect(220);
        assertThatThrownBy(() -> {
            client.beginTls(AuthServer.TLS.clientContext());
            client.command("NOOP");
        }).isNotNull();
        assertThat(server.session.getAttachment(SMTPSession.SENDER, State.Transaction)).isEmpty();
        assertThat(server.session.getAttachment(SMTPSession.CURRENT_HELO_MODE, State.Connection)).isEmpty();
    }

    @Test
    void aClientThatSendsNothingBehindItGoesOnWithinTls() {
        send(LOGIN + STARTTLS);
        release.countDown();
        client.expect(535);
        client.expect(220);
        client.beginTls(AuthServer.TLS.clientContext());
        client.ehlo("client.test");
        assertThat(client.authPlain(ANN, SECRET).code()).isEqualTo(235);
    }
}
