// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.smtp.sasl.SaslMechanism;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;
import org.postlane.testing.Stall;

/** RFC 4954. What is secret goes to the right server under TLS, and nowhere else. */
class AuthenticationTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final String SECRET = "s3cret-Zürich";

    private final ScriptedBehaviour behaviour = Behaviour.accepting();

    private SmtpServerBuilder builder(String secret) {
        return SmtpServer.builder().behaviour(behaviour).auth("user", secret);
    }

    private static SessionSettings settings(SmtpServer server, String secret, boolean withoutTls) {
        return SmtpFixture.settings(server)
            .credentials(Credentials.password("user", secret).allowedWithoutTls(withoutTls)).build();
    }

    private static SmtpException refused(SessionSettings settings) {
        Throwable failure = SmtpFixture.failure(SMTP.client().connect(settings));
        assertThat(failure).isInstanceOf(SmtpException.class);
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        assertThat(text.toString()).doesNotContain(SECRET, encode(SECRET), encode("\0user\0" + SECRET), encode("user"));
        return (SmtpException) failure;
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void plainCarriesItsResponseInOneLineAndOncePerConnection() {
        SmtpServer server = SMTP.start(builder(SECRET));
        SmtpConnection connection = SMTP.connect(settings(server, SECRET, true));
        SmtpFixture.send(connection, "a@example.org");
        SmtpFixture.send(connection, "b@example.org");
        assertThat(server.received()).hasSize(2).allMatch(mail -> mail.authenticatedUser().equals("user"));
        assertThat(server.statistics().commands("AUTH")).isEqualTo(1);
        assertThat(server.connections().get(0).clientLines()).contains("AUTH PLAIN " + encode("\0user\0" + SECRET));
    }

    @Test
    void aSecretTooLongForTheCommandLineWaitsForTheChallenge() {
        String secret = "x".repeat(1000);
        SmtpServer server = SMTP.start(builder(secret));
        SMTP.connect(settings(server, secret, true));
        assertThat(server.connections().get(0).clientLines()).contains("AUTH PLAIN", encode("\0user\0" + secret));
    }

    @Test
    void loginIsUsedWherePlainIsNotOffered() {
        behaviour.ehlo(Reaction.reply("250-mx.test\n250 AUTH=LOGIN"));
        SmtpServer server = SMTP.start(builder(SECRET));
        SMTP.connect(settings(server, SECRET, true));
        assertThat(server.connections().get(0).authenticatedUser()).isEqualTo("user");
        assertThat(server.connections().get(0).clientLines()).endsWith("AUTH LOGIN", encode("user"), encode(SECRET));
    }

    @ParameterizedTest
    @ValueSource(strings = {"535 5.7.8 wrong", "454 4.7.0 not now", "534 5.7.9 too weak"})
    void refusedCredentialsAreAMatterOfPolicyAndNotTheHostsFault(String reply) {
        behaviour.auth(Reaction.reply(reply));
        SmtpException refused = refused(settings(SMTP.start(builder(SECRET)), SECRET, true));
        assertThat(refused.failure().fault()).isEqualTo(Fault.POLICY);
        assertThat(refused.failure().reply().orElseThrow().toString()).isEqualTo(reply);
    }

    @Test
    void anUnexpectedChallengeIsCancelledAndNotAnswered() {
        SMTP.expectViolations();
        behaviour.auth(Reaction.reply("334 bW9yZT8="));
        SmtpServer server = SMTP.start(builder(SECRET));
        assertThat(refused(settings(server, SECRET, true)).failure().fault()).isEqualTo(Fault.POLICY);
        assertThat(server.connections().get(0).clientLines()).endsWith("*");
    }

    @Test
    void credentialsNeverGoOverPlainTextUnlessAllowed() {
        SmtpServer server = SMTP.start(builder(SECRET));
        assertThat(refused(settings(server, SECRET, false)).failure().fault()).isEqualTo(Fault.POLICY);
        assertThat(server.statistics().commands("AUTH")).isZero();
    }

    @Test
    void credentialsDoNotFollowAnOpportunisticFallbackIntoPlainText() {
        behaviour.handshake(Reaction.close());
        SmtpServer server = SMTP.start(builder(SECRET).startTls(SmtpFixture.TLS));
        SessionSettings settings = SmtpFixture.settings(server).tls(TlsMode.OPPORTUNISTIC)
            .credentials(Credentials.password("user", SECRET)).build();
        assertThat(refused(settings).failure().fault()).isEqualTo(Fault.POLICY);
        assertThat(server.statistics().commands("AUTH")).isZero();
    }

    @Test
    void credentialsGoUnderTls() {
        SmtpServer server = SMTP.start(builder(SECRET).startTls(SmtpFixture.TLS).authNeedsTls());
        SmtpConnection connection = SMTP.connect(SmtpFixture.settings(server).tls(TlsMode.VERIFIED)
            .credentials(Credentials.password("user", SECRET)).build());
        assertThat(connection.isEncrypted()).isTrue();
        assertThat(server.connections().get(0).authenticatedUser()).isEqualTo("user");
    }

    @Test
    void aServerWithoutAMechanismOfOursIsRefused() {
        behaviour.ehlo(Reaction.reply("250-mx.test\n250 AUTH GSSAPI NTLM"));
        assertThat(refused(settings(SMTP.start(builder(SECRET)), SECRET, true)))
            .hasMessageContaining("a password are configured, and the server offers AUTH GSSAPI NTLM")
            .satisfies(refused -> assertThat(refused.failure().fault()).isEqualTo(Fault.POLICY));
        behaviour.clear().ehlo(Reaction.reply("250 mx.test"));
        assertThat(refused(settings(SMTP.start(builder(SECRET)), SECRET, true))).hasMessageContaining("offers no AUTH");
    }

    @Test
    void theFixedMechanismIsUsedThoughABetterOneIsOffered() {
        SmtpServer server = SMTP.start(builder(SECRET).mechanisms("SCRAM-SHA-256", "PLAIN", "LOGIN"));
        SMTP.connect(SmtpFixture.settings(server).credentials(Credentials.password("user", SECRET).allowedWithoutTls(true)
            .withMechanism(SaslMechanism.LOGIN)).build());
        assertThat(server.connections().get(0).clientLines()).contains("AUTH LOGIN");
    }

    @Test
    void aFixedMechanismThatIsNotOfferedIsRefusedAndNoOtherUsed() {
        SmtpServer server = SMTP.start(builder(SECRET));
        assertThat(refused(SmtpFixture.settings(server).credentials(Credentials.password("user", SECRET)
            .allowedWithoutTls(true).withMechanism(SaslMechanism.SCRAM_SHA_256)).build()))
            .hasMessageContaining("AUTH SCRAM-SHA-256 is configured, and the server offers AUTH LOGIN PLAIN");
        assertThat(server.statistics().commands("AUTH")).isZero();
    }

    @Test
    void noTextShowsTheSecretWhenTheAnswerNeverComes() {
        Stall stall = new Stall();
        behaviour.auth(Reaction.stall(stall));
        SmtpServer server = SMTP.start(builder(SECRET));
        Credentials credentials = Credentials.password("user", SECRET).allowedWithoutTls(true);
        SessionSettings settings = SmtpFixture.settings(server, SmtpFixture.SHORT).credentials(credentials).build();
        assertThat(refused(settings)).hasMessageContaining("AUTH PLAIN ***");
        assertThat(credentials.toString() + settings).doesNotContain(SECRET);
        stall.release();
    }
}
