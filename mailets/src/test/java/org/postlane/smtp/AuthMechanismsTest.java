// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.smtp.sasl.SaslMechanism;
import org.postlane.testing.Behaviour;
import org.postlane.testing.Connection;
import org.postlane.testing.Reaction;
import org.postlane.testing.ScriptedBehaviour;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.SmtpServerBuilder;

/** Every mechanism through a socket: success, refusal for good and for now, cancelling, one step and two, and its own faults. */
class AuthMechanismsTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final String SECRET = "open-sesame_29";

    private final ScriptedBehaviour behaviour = Behaviour.accepting();

    private SmtpServer server(SaslMechanism mechanism, String secret) {
        return SMTP.start(builder(mechanism, secret));
    }

    private SmtpServerBuilder builder(SaslMechanism mechanism, String secret) {
        return SmtpServer.builder().behaviour(behaviour).auth("user", secret).mechanisms(mechanism.saslName());
    }

    private static Credentials credentials(SaslMechanism mechanism, String secret) {
        boolean token = mechanism == SaslMechanism.OAUTHBEARER || mechanism == SaslMechanism.XOAUTH2;
        return (token ? Credentials.bearer("user", secret) : Credentials.password("user", secret)).allowedWithoutTls(true);
    }

    private static SmtpConnection connect(SmtpServer server, SaslMechanism mechanism, String secret) {
        return SMTP.connect(SmtpFixture.settings(server).credentials(credentials(mechanism, secret)).build());
    }

    private static SmtpException refused(SmtpServer server, SaslMechanism mechanism, String secret) {
        Throwable failure = SmtpFixture.failure(
            SMTP.client().connect(SmtpFixture.settings(server).credentials(credentials(mechanism, secret)).build()));
        assertThat(failure).isInstanceOf(SmtpException.class).hasMessageNotContaining(secret);
        assertThat(server.statistics().commands("MAIL")).isZero();
        return (SmtpException) failure;
    }

    private static List<String> said(SmtpServer server) {
        List<String> lines = server.connections().get(0).clientLines();
        return lines.subList(1, lines.size());
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @EnumSource(SaslMechanism.class)
    void theRightSecretIsAcceptedOncePerConnection(SaslMechanism mechanism) {
        SmtpServer server = server(mechanism, SECRET);
        SmtpConnection connection = connect(server, mechanism, SECRET);
        SmtpFixture.send(connection, "a@example.org");
        SmtpFixture.send(connection, "b@example.org");
        assertThat(server.received()).hasSize(2).allMatch(mail -> mail.authenticatedUser().equals("user"));
        assertThat(said(server)).filteredOn(line -> line.startsWith("AUTH")).hasSize(1)
            .allMatch(line -> line.startsWith("AUTH " + mechanism.saslName()));
    }

    @ParameterizedTest
    @EnumSource(SaslMechanism.class)
    void aWrongSecretIsRefusedForGoodAndTheReplyKept(SaslMechanism mechanism) {
        SmtpException refused = refused(server(mechanism, "another"), mechanism, SECRET);
        assertThat(refused.failure().fault()).isEqualTo(Fault.POLICY);
        assertThat(refused.failure().reply().orElseThrow().toString()).isEqualTo("535 5.7.8 wrong user or secret");
        assertThat(refused.failure().persistence()).isEqualTo(Failure.Persistence.PERMANENT);
    }

    @ParameterizedTest
    @EnumSource(SaslMechanism.class)
    void aTemporaryRefusalStaysTemporary(SaslMechanism mechanism) {
        behaviour.auth(Reaction.reply("454 4.7.0 ask again later"));
        SmtpException refused = refused(server(mechanism, SECRET), mechanism, SECRET);
        assertThat(refused.failure().fault()).isEqualTo(Fault.POLICY);
        assertThat(refused.failure().persistence()).isEqualTo(Failure.Persistence.TEMPORARY);
        assertThat(refused.failure().reply().orElseThrow().code()).isEqualTo(454);
    }

    @ParameterizedTest
    @EnumSource(SaslMechanism.class)
    void aServerThatIsClosingIsTheHostsAffair(SaslMechanism mechanism) {
        behaviour.auth(Reaction.replyThenClose("421 4.3.2 closing"));
        assertThat(refused(server(mechanism, SECRET), mechanism, SECRET).failure().fault()).isEqualTo(Fault.HOST);
    }

    @ParameterizedTest
    @EnumSource(value = SaslMechanism.class, mode = EnumSource.Mode.EXCLUDE, names = {"OAUTHBEARER", "XOAUTH2"})
    void aChallengeTooManyIsCancelledAndTheSessionRefused(SaslMechanism mechanism) {
        SMTP.expectViolations();
        behaviour.auth(Reaction.reply("334 " + encode("and your mother's name?")));
        SmtpServer server = server(mechanism, SECRET);
        SmtpException refused = refused(server, mechanism, SECRET);
        assertThat(refused.failure().fault()).isEqualTo(Fault.POLICY);
        assertThat(refused).hasMessageContaining("was cancelled");
        assertThat(said(server)).endsWith("*");
    }

    @ParameterizedTest
    @EnumSource(value = SaslMechanism.class, names = {"SCRAM_SHA_256", "CRAM_MD5"})
    void aChallengeThatIsNotBase64IsCancelled(SaslMechanism mechanism) {
        behaviour.challenge(1, Reaction.reply("334 ***"));
        SmtpServer server = server(mechanism, SECRET);
        assertThat(refused(server, mechanism, SECRET)).hasMessageContaining("not in base64");
        assertThat(said(server)).endsWith("*").hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(SaslMechanism.class)
    void aReplyThatIsNoReplyEndsTheSession(SaslMechanism mechanism) {
        behaviour.auth(Reaction.garbage());
        SmtpServer server = server(mechanism, SECRET);
        refused(server, mechanism, SECRET);
        assertThat(said(server)).doesNotContain("*");
    }

    @ParameterizedTest
    @EnumSource(SaslMechanism.class)
    void aSecretThatTheServerRepeatsIsTakenOutOfItsWords(SaslMechanism mechanism) {
        behaviour.auth(Reaction.reply("535-5.7.8 not with " + SECRET + "\n535 5.7.8 or " + encode(SECRET)));
        SmtpException refused = refused(server(mechanism, SECRET), mechanism, SECRET);
        assertThat(refused).hasMessageContaining("not with *** 5.7.8 or ***");
        assertThat(refused.failure().reply().orElseThrow().text()).doesNotContain(SECRET, encode(SECRET));
    }

    @ParameterizedTest
    @EnumSource(SaslMechanism.class)
    void aSecretThatTheServerRepeatsInGarbageIsTakenOutToo(SaslMechanism mechanism) {
        behaviour.auth(Reaction.reply("what is " + SECRET + "?"));
        assertThat(refused(server(mechanism, SECRET), mechanism, SECRET)).hasMessageContaining("what is ***?")
            .satisfies(refused -> assertThat(refused.getCause()).hasMessageNotContaining(SECRET).hasNoCause());
    }

    @ParameterizedTest
    @EnumSource(value = SaslMechanism.class, names = {"PLAIN", "OAUTHBEARER", "XOAUTH2"})
    void aResponseTooLongForTheCommandLineWaitsForTheChallenge(SaslMechanism mechanism) {
        String secret = "x".repeat(1000);
        SmtpServer server = server(mechanism, secret);
        connect(server, mechanism, secret);
        assertThat(said(server)).startsWith("AUTH " + mechanism.saslName()).hasSize(2);
    }

    @Test
    void theFirstResponseGoesInlineAsLongAsTheLineHasAtMost512Octets() {
        // "AUTH PLAIN " + base64("\0user\0" + secret) + CRLF: 11 + 496 + 2 octets with 366 characters, four more with 367.
        for (int length : new int[] {366, 367}) {
            String secret = "x".repeat(length);
            SmtpServer server = server(SaslMechanism.PLAIN, secret);
            connect(server, SaslMechanism.PLAIN, secret);
            assertThat(said(server)).hasSize(length == 366 ? 1 : 2);
        }
    }

    @Test
    void aLongUserNameMakesScramWaitForTheChallengeToo() {
        String user = "u".repeat(600);
        SmtpServer server = SMTP.start(SmtpServer.builder().auth(user, SECRET).mechanisms("SCRAM-SHA-256"));
        SMTP.connect(SmtpFixture.settings(server)
            .credentials(Credentials.password(user, SECRET).allowedWithoutTls(true)).build());
        assertThat(said(server)).startsWith("AUTH SCRAM-SHA-256").hasSize(4).endsWith("");
    }

    @ParameterizedTest
    @EnumSource(value = SaslMechanism.class, names = {"PLAIN", "OAUTHBEARER", "XOAUTH2"})
    void aFirstResponseThatNoServerHasToTakeIsNotSent(SaslMechanism mechanism) {
        String secret = "x".repeat(10_000);
        SmtpServer server = server(mechanism, secret);
        assertThat(refused(server, mechanism, secret)).hasMessageContaining("12286");
        assertThat(said(server)).isEmpty();
    }

    @Test
    void aLaterResponseThatNoServerHasToTakeIsCancelled() {
        String secret = "x".repeat(10_000);
        SmtpServer server = server(SaslMechanism.LOGIN, secret);
        assertThat(refused(server, SaslMechanism.LOGIN, secret)).hasMessageContaining("too long");
        assertThat(said(server)).containsExactly("AUTH LOGIN", encode("user"), "*");
    }

    @ParameterizedTest
    @EnumSource(value = SaslMechanism.class, names = {"PLAIN", "OAUTHBEARER", "XOAUTH2"})
    void aRefusalInsteadOfTheEmptyChallengeIsARefusal(SaslMechanism mechanism) {
        behaviour.challenge(1, Reaction.reply("454 4.7.0 not now"));
        String secret = "x".repeat(1000);
        SmtpServer server = server(mechanism, secret);
        assertThat(refused(server, mechanism, secret).failure().reply().orElseThrow().code()).isEqualTo(454);
        assertThat(said(server)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(value = SaslMechanism.class, names = {"PLAIN", "SCRAM_SHA_256"})
    void theAuthorizationIdentityIsSent(SaslMechanism mechanism) {
        SmtpServer server = server(mechanism, SECRET);
        SMTP.connect(SmtpFixture.settings(server)
            .credentials(credentials(mechanism, SECRET).withAuthorizationId("boss")).build());
        Connection connection = server.connections().get(0);
        assertThat(connection.authenticatedUser() + " as " + connection.authorizationId()).isEqualTo("user as boss");
    }

    @ParameterizedTest
    @EnumSource(value = SaslMechanism.class, names = {"OAUTHBEARER", "XOAUTH2"})
    void theErrorOfATokenIsAcknowledgedAndToldWithoutTheToken(SaslMechanism mechanism) {
        behaviour.challenge(1, Reaction.reply("334 " + encode("{\"status\":\"invalid_token\",\"was\":\"" + SECRET + "\"}")));
        SmtpServer server = server(mechanism, "another");
        SmtpException refused = refused(server, mechanism, SECRET);
        assertThat(refused).hasMessageContaining("{\"status\":\"invalid_token\",\"was\":\"***\"}")
            .hasMessageContaining("535 5.7.8");
        assertThat(said(server)).endsWith(mechanism == SaslMechanism.OAUTHBEARER ? "AQ==" : "");
    }

    @ParameterizedTest
    @EnumSource(value = SaslMechanism.class, names = {"OAUTHBEARER", "XOAUTH2"})
    void successBehindAnErrorIsNotBelieved(SaslMechanism mechanism) {
        behaviour.auth(Reaction.reply("235 2.7.0 oh well"));
        assertThat(refused(server(mechanism, "another"), mechanism, SECRET)).hasMessageContaining("it had told of an error");
    }

    @Test
    void scramKnowsTheServerByItsSignature() {
        SmtpServer server = server(SaslMechanism.SCRAM_SHA_256, SECRET);
        connect(server, SaslMechanism.SCRAM_SHA_256, SECRET);
        assertThat(said(server)).hasSize(3).endsWith("");
        assertThat(String.join(" ", said(server))).doesNotContain(encode(SECRET));
    }

    @Test
    void aWrongScramSignatureIsCancelledAndTheServerNotTrusted() {
        behaviour.challenge(2, Reaction.reply("334 " + encode("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")));
        SmtpServer server = server(SaslMechanism.SCRAM_SHA_256, SECRET);
        SmtpException refused = refused(server, SaslMechanism.SCRAM_SHA_256, SECRET);
        assertThat(refused.failure().fault()).isEqualTo(Fault.POLICY);
        assertThat(refused).hasMessageContaining("signature is wrong");
        assertThat(said(server)).endsWith("*");
    }

    @Test
    void successWithoutAScramSignatureIsNotBelieved() {
        for (int challenge : new int[] {1, 2}) {
            behaviour.clear().challenge(challenge, Reaction.reply("235 2.7.0 welcome"));
            SmtpException refused = refused(server(SaslMechanism.SCRAM_SHA_256, SECRET), SaslMechanism.SCRAM_SHA_256, SECRET);
            assertThat(refused.failure().fault()).isEqualTo(Fault.POLICY);
            assertThat(refused).hasMessageContaining("not proven");
        }
    }

    @Test
    void aScramErrorIsAcknowledgedAndTold() {
        behaviour.challenge(2, Reaction.reply("334 " + encode("e=other-error"))).auth(Reaction.reply("535 5.7.8 no"));
        SmtpException refused = refused(server(SaslMechanism.SCRAM_SHA_256, SECRET), SaslMechanism.SCRAM_SHA_256, SECRET);
        assertThat(refused).hasMessageContaining("e=other-error").hasMessageContaining("535 5.7.8 no");
    }

    @Test
    void successBehindAScramErrorIsNotBelieved() {
        behaviour.challenge(2, Reaction.reply("334 " + encode("e=other-error")));
        assertThat(refused(server(SaslMechanism.SCRAM_SHA_256, SECRET), SaslMechanism.SCRAM_SHA_256, SECRET))
            .hasMessageContaining("not proven");
    }

    @Test
    void aScramServerThatDemandsTooMuchWorkIsCancelled() {
        SmtpServer server = SMTP.start(builder(SaslMechanism.SCRAM_SHA_256, SECRET)
            .scramIterations(SmtpLimits.MOST_SCRAM_ITERATIONS + 1));
        assertThat(refused(server, SaslMechanism.SCRAM_SHA_256, SECRET)).hasMessageContaining("1000001 SCRAM iterations");
        assertThat(said(server)).endsWith("*").hasSize(2);
    }

    @Test
    void scramDoesNotHoldUpTheEventLoop() {
        SmtpServer server = SMTP.start(builder(SaslMechanism.SCRAM_SHA_256, SECRET)
            .scramIterations(SmtpLimits.MOST_SCRAM_ITERATIONS));
        CompletableFuture<SmtpConnection> connecting = SMTP.client().connect(SmtpFixture.settings(server)
            .credentials(credentials(SaslMechanism.SCRAM_SHA_256, SECRET)).build());
        await().atMost(SmtpFixture.AMPLE).pollInterval(Duration.ofMillis(5))
            .until(() -> threadsThatHash().anyMatch(name -> name.startsWith("postlane-content")));
        assertThat(threadsThatHash()).noneMatch(name -> name.startsWith("postlane-smtp"));
        SmtpFixture.get(connecting).abort();
    }

    private static Stream<String> threadsThatHash() {
        return Thread.getAllStackTraces().entrySet().stream()
            .filter(entry -> Stream.of(entry.getValue()).anyMatch(frame -> frame.getClassName().contains("PBKDF2")))
            .map(entry -> entry.getKey().getName());
    }

    @ParameterizedTest
    @EnumSource(value = SaslMechanism.class, names = {"CRAM_MD5", "LOGIN"})
    void successBeforeAnythingWasAskedIsNotBelieved(SaslMechanism mechanism) {
        behaviour.challenge(1, Reaction.reply("235 2.7.0 welcome"));
        assertThat(refused(server(mechanism, SECRET), mechanism, SECRET)).hasMessageContaining("it is not trusted");
    }

    @Test
    void wordsInPlaceOfLoginsChallengesAreTaken() {
        behaviour.challenge(1, Reaction.reply("334 Username:")).challenge(2, Reaction.reply("334 Password, please!"));
        SmtpServer server = server(SaslMechanism.LOGIN, SECRET);
        connect(server, SaslMechanism.LOGIN, SECRET);
        assertThat(server.connections().get(0).authenticatedUser()).isEqualTo("user");
    }

    @ParameterizedTest
    @EnumSource(SaslMechanism.class)
    void noMechanismIsUsedWithoutTlsUnlessAllowed(SaslMechanism mechanism) {
        SmtpServer server = server(mechanism, SECRET);
        Throwable failure = SmtpFixture.failure(SMTP.client().connect(SmtpFixture.settings(server)
            .credentials(credentials(mechanism, SECRET).allowedWithoutTls(false)).build()));
        assertThat(failure).hasMessageContaining("without TLS");
        assertThat(server.statistics().commands("AUTH")).isZero();
    }
}
