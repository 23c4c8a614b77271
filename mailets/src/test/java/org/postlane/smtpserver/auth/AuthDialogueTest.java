// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postlane.smtpserver.auth.AuthServer.ANN;
import static org.postlane.smtpserver.auth.AuthServer.BOSS;
import static org.postlane.smtpserver.auth.AuthServer.SECRET;
import static org.postlane.smtpserver.auth.TestScram.encode;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.core.Username;
import org.apache.james.protocols.api.OidcSASLConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.AuthHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.apache.james.user.api.UsersRepositoryException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.SmtpDialogue.Reply;

/** AUTH with PLAIN and LOGIN over a socket: every reply that RFC 4954 has, and what EHLO says. */
class AuthDialogueTest {
    @TempDir
    private Path files;
    private AuthServer server;

    @BeforeEach
    void start() throws Exception {
        server = new AuthServer(files);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String plain(String authorization, String user, String password) {
        return "AUTH PLAIN " + encode(authorization + "\0" + user + "\0" + password);
    }

    @Test
    void ehloHasOneLineAboutAuthAndItsOldForm() {
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.ehlo("client.test").lines()).filteredOn(line -> line.contains("AUTH")).containsExactly(
                "250-AUTH SCRAM-SHA-256 PLAIN LOGIN", "250 AUTH=SCRAM-SHA-256 PLAIN LOGIN");
        }
    }

    @Test
    void channelBindingIsOfferedBehindTlsAndPlainOnlyWhereTheListenerAllowsIt() {
        server.allowsPlain = false;
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.startTls(AuthServer.TLS.clientContext()).lines()).filteredOn(line -> line.contains("AUTH "))
                .containsExactly("250-AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256");
            assertThat(client.command(plain("", ANN, SECRET)).text()).startsWith("504 5.5.4 ");
        }
    }

    @Test
    void whereTlsIsRequiredNothingIsOfferedOrTakenBeforeIt() {
        server.requiresTls = true;
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.ehlo("client.test").offers("AUTH")).isFalse();
            assertThat(client.command(plain("", ANN, SECRET)).text()).startsWith("538 5.7.11 ");
            assertThat(client.command("AUTH XOAUTH2 abc").text()).startsWith("538 5.7.11 ");
            assertThat(client.startTls(AuthServer.TLS.clientContext()).offers("AUTH")).isTrue();
            assertThat(client.command(plain("", ANN, SECRET)).text()).startsWith("235 2.7.0 ");
        }
    }

    @Test
    void aListenerThatNeverAnnouncesAuthTakesNone() {
        server.announces = false;
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.ehlo("client.test").offers("AUTH")).isFalse();
            assertThat(client.command(plain("", ANN, SECRET)).text()).startsWith("503 5.5.1 ");
        }
    }

    @Test
    void whoLogsInMayRelayAndIsThatUserInLowerCase() {
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.authPlain("Ann@Example.org", SECRET).text()).startsWith("235 2.7.0 ");
            assertThat(server.session.getUsername()).isEqualTo(Username.of(ANN));
            assertThat(server.session.isRelayingAllowed()).isTrue();
            assertThat(client.authPlain(ANN, SECRET).text()).startsWith("503 5.5.1 ");
            client.command("MAIL FROM:<ann@example.org>", 250);
        }
    }

    @Test
    void loginAsksForTheNameAndForThePasswordAndTakesTheNameAtOnceToo() {
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.command("AUTH LOGIN").text()).isEqualTo("334 VXNlcm5hbWU6");
            assertThat(client.command(encode(ANN)).text()).isEqualTo("334 UGFzc3dvcmQ6");
            assertThat(client.command(encode("wrong")).text()).startsWith("535 5.7.8 ");
            assertThat(client.command("auth login " + encode(ANN)).text()).isEqualTo("334 UGFzc3dvcmQ6");
            assertThat(client.command(encode(SECRET)).text()).startsWith("235 2.7.0 ");
        }
    }

    @Test
    void plainAsksWithNothingForWhatDidNotComeWithTheCommand() {
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.command("AUTH PLAIN").text()).isEqualTo("334 ");
            assertThat(client.command(encode("\0" + ANN + "\0" + SECRET)).text()).startsWith("235 2.7.0 ");
        }
    }

    @Test
    void aWrongPasswordAndAnUnknownUserAreToldTheSame() {
        try (SmtpDialogue client = server.connect()) {
            String wrong = client.authPlain(ANN, "wrong").text();
            assertThat(wrong).startsWith("535 5.7.8 ");
            assertThat(client.authPlain("nobody@example.org", SECRET).text()).isEqualTo(wrong);
            assertThat(client.authPlain("nobody@elsewhere.example", SECRET).text()).isEqualTo(wrong);
            assertThat(client.authPlain("a<b>@", SECRET).text()).isEqualTo(wrong);
        }
    }

    @Test
    void forAnUnknownUserAPasswordIsHashedAsForAKnownOne() {
        var verified = new AtomicInteger();
        server.users.onVerify = verified::incrementAndGet;
        try (SmtpDialogue client = server.connect()) {
            client.authPlain("nobody@example.org", SECRET);
            client.authPlain("nobody@example.org", SECRET);
        }
        assertThat(verified).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTH PLAIN", "AUTH LOGIN", "AUTH SCRAM-SHA-256"})
    void aStarCancels(String command) {
        try (SmtpDialogue client = server.connect()) {
            client.command(command, 334);
            assertThat(client.command("*").text()).startsWith("501 5.7.0 ");
            client.command("NOOP", 250);
        }
    }

    @ParameterizedTest
    @CsvSource({"AUTH PLAIN, not base64!", "AUTH PLAIN, bm8gTlVMcw==", "AUTH PLAIN, =", "AUTH PLAIN, ''", "AUTH LOGIN, ####",
        "AUTH SCRAM-SHA-256, bm9uc2Vuc2U=", "AUTH PLAIN, /w=="})
    void aResponseThatCannotBeReadEndsTheExchange(String command, String response) {
        try (SmtpDialogue client = server.connect()) {
            client.command(command, 334);
            assertThat(client.command(response).text()).startsWith("501 5.5.2 ");
            client.command("NOOP", 250);
        }
    }

    @ParameterizedTest
    @CsvSource({"AUTH, 501 5.5.4", "AUTH PLAIN a b, 501 5.5.4", "AUTH GSSAPI, 504 5.5.4", "AUTH CRAM-MD5, 504 5.5.4",
        "AUTH EXTERNAL, 504 5.5.4", "AUTH SCRAM-SHA-256-PLUS, 504 5.5.4", "AUTH XOAUTH2 abc, 504 5.5.4",
        "AUTH PLAIN !, 501 5.5.2"})
    void aCommandThatIsNoneIsRefused(String command, String code) {
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.command(command).text()).startsWith(code);
            client.command("NOOP", 250);
        }
    }

    @Test
    void authComesBehindEhloAndNotWithinAMail() {
        try (SmtpDialogue client = SmtpDialogue.connect(server.address())) {
            client.expect(220);
            assertThat(client.authPlain(ANN, SECRET).text()).startsWith("503 5.5.1 ");
            client.ehlo("client.test");
            client.command("MAIL FROM:<>", 250);
            assertThat(client.authPlain(ANN, SECRET).text()).startsWith("503 5.5.1 ");
            client.command("RSET", 250);
            assertThat(client.authPlain(ANN, SECRET).text()).startsWith("235 ");
        }
    }

    @Test
    void aLineThatIsTooLongEndsTheExchangeAndNotTheSession() {
        try (SmtpDialogue client = server.connect()) {
            client.command("AUTH PLAIN", 334);
            assertThat(client.command("A".repeat(9_000)).text()).startsWith("500 5.5.6 ");
            assertThat(client.command("A".repeat(9_000)).text()).startsWith("500 ");
            client.command("NOOP", 250);
            assertThat(client.authPlain(ANN, SECRET).text()).startsWith("235 ");
        }
    }

    @Test
    void tooManyFailedLoginsEndTheConnection() throws Exception {
        try (AuthServer strict = new AuthServer(files.resolve("strict"),
                parameters -> parameters.setProperty("maxFailures", "3"))) {
            SmtpDialogue client = strict.connect();
            client.authPlain(ANN, "wrong");
            client.command("AUTH PLAIN bad!", 501);
            assertThat(client.authPlain(ANN, "wrong").text()).startsWith("421 4.7.0 ");
            client.expectEnd();
            client.close();
        }
    }

    @Test
    void anIdentityOfAnotherIsForThoseWhomJamesAllowsIt() {
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.command(plain(BOSS, ANN, SECRET)).text()).startsWith("535 5.7.8 ");
            assertThat(client.command(plain(ANN, BOSS, "wrong")).text()).startsWith("535 5.7.8 ");
            assertThat(server.session.getUsername()).isNull();
            assertThat(client.command(plain(ANN, BOSS, SECRET)).text()).startsWith("235 ");
            assertThat(server.session.getUsername()).isEqualTo(Username.of(ANN));
        }
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.command(plain(ANN, ANN, SECRET)).text()).startsWith("235 ");
        }
    }

    @Test
    void whileTheUsersCannotBeAskedALoginIsToComeAgain() {
        server.users.before = () -> {
            throw new UsersRepositoryException("down");
        };
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.authPlain(ANN, SECRET).text()).startsWith("454 4.7.0 ");
            server.users.before = () -> { };
            assertThat(client.authPlain(ANN, SECRET).text()).startsWith("235 ");
        }
    }

    @Test
    void aPasswordThatTakesLongDelaysNoOtherConnectionAndWhatTheClientSendsMeanwhileWaits() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        server.users.before = () -> {
            asked.countDown();
            release.await();
        };
        try (SmtpDialogue slow = server.connect(); SmtpDialogue other = server.connect()) {
            slow.sendBytes((plain("", ANN, SECRET) + "\r\nNOOP\r\nMAIL FROM:<ann@example.org>\r\n" + "NOOP\r\n".repeat(50))
                .getBytes(StandardCharsets.US_ASCII));
            asked.await();
            other.command("NOOP", 250);
            other.command("AUTH PLAIN !", 501);
            release.countDown();
            assertThat(slow.readReply().text()).startsWith("235 ");
            slow.expect(250);
            assertThat(slow.expect(250).text()).startsWith("250 2.1.0 Sender");
            for (int i = 0; i < 50; i++) {
                slow.expect(250);
            }
        } finally {
            release.countDown();
        }
        assertThat(server.users.askedOn).isNotEmpty().allMatch(thread -> thread.startsWith("postlane-"));
    }

    @Test
    void aFailureIsAnsweredLateHoweverEarlyItIsKnown() throws Exception {
        try (AuthServer patient = new AuthServer(files.resolve("patient"),
                parameters -> parameters.setProperty("failureDelay", "700 ms")); SmtpDialogue client = patient.connect()) {
            for (String user : new String[] {ANN, "nobody@example.org", "a<b>@"}) {
                long begun = System.nanoTime();
                Reply reply = client.authPlain(user, "wrong");
                assertThat(reply.code()).isEqualTo(535);
                assertThat((System.nanoTime() - begun) / 1_000_000).isGreaterThanOrEqualTo(700);
            }
        }
    }

    private record Hook(HookReturnCode code) implements AuthHook {
        @Override
        public HookResult doAuth(SMTPSession session, Username username, String password) {
            session.setUsername(Username.of("hook-" + username.asString()));
            session.setRelayingAllowed(true);
            return HookResult.builder().hookReturnCode(code).build();
        }

        @Override
        public HookResult doSasl(SMTPSession session, OidcSASLConfiguration configuration, String initialResponse) {
            return HookResult.DECLINED;
        }
    }

    @Test
    void hooksOfTheAdministratorsAreAskedBeforeJamesUsers() throws Exception {
        assertThat(answerWith(HookReturnCode.ok(), "wrong")).startsWith("235 ");
        assertThat(answerWith(HookReturnCode.deny(), SECRET)).startsWith("535 5.7.8 ");
        assertThat(answerWith(HookReturnCode.denySoft(), SECRET)).startsWith("454 4.7.0 ");
        assertThat(answerWith(HookReturnCode.declined(), SECRET)).startsWith("235 ");
        assertThat(answerWith(HookReturnCode.declined(), "wrong")).startsWith("535 5.7.8 ");
    }

    @Test
    void whatAHookDoesToTheSessionCountsOnlyWhereTheLoginDoes() throws Exception {
        try (AuthServer hooked = new AuthServer(files.resolve("hooked"), new Hook(HookReturnCode.ok()));
                SmtpDialogue client = hooked.connect()) {
            assertThat(client.command(plain(BOSS, ANN, SECRET)).text()).startsWith("535 ");
            assertThat(hooked.session.getUsername()).isNull();
            assertThat(hooked.session.isRelayingAllowed()).isFalse();
            assertThat(client.authPlain(ANN, SECRET).text()).startsWith("235 ");
            assertThat(hooked.session.getUsername()).isEqualTo(Username.of("hook-" + ANN));
        }
    }

    @Test
    void aHookThatComesBackLateLogsNobodyInOrOut() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AuthHook late = new AuthHook() {
            @Override
            public HookResult doAuth(SMTPSession session, Username username, String password) {
                asked.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                assertThat(session.getUsername()).isNull();
                session.setUsername(username);
                session.setRelayingAllowed(false);
                return HookResult.builder().hookReturnCode(HookReturnCode.ok()).build();
            }

            @Override
            public HookResult doSasl(SMTPSession session, OidcSASLConfiguration configuration, String initialResponse) {
                return HookResult.DECLINED;
            }
        };
        try (SmtpDialogue client = server.connect()) {
            JamesAuthority authority = new JamesAuthority(server.session, List.of(late), server.passwords, (user, other) -> null);
            CompletableFuture<Optional<Username>> answer = authority.verify(Username.of(ANN), "any");
            asked.await();
            // Meanwhile the client was told to try again, and did.
            assertThat(client.authPlain(BOSS, SECRET).text()).startsWith("235 ");
            release.countDown();
            assertThat(answer.get(60, TimeUnit.SECONDS)).contains(Username.of(ANN));
            assertThat(server.session.getUsername()).isEqualTo(Username.of(BOSS));
            assertThat(server.session.isRelayingAllowed()).isTrue();
        } finally {
            release.countDown();
        }
    }

    private String answerWith(HookReturnCode code, String password) throws Exception {
        try (AuthServer hooked = new AuthServer(files.resolve("hooked"), new Hook(code));
                SmtpDialogue client = hooked.connect()) {
            return client.authPlain(ANN, password).text();
        }
    }
}
