// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.smtpserver.auth.AuthServer.ANN;
import static org.postlane.smtpserver.auth.AuthServer.BOSS;
import static org.postlane.smtpserver.auth.AuthServer.SECRET;
import static org.postlane.smtpserver.auth.AuthServer.TLS;
import static org.postlane.smtpserver.auth.TestScram.encode;

import java.nio.file.Path;
import java.time.Duration;

import com.ongres.scram.common.util.TlsServerEndpoint;
import org.apache.james.core.Username;
import org.apache.james.user.api.UsersRepositoryException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.SmtpDialogue.Reply;
import org.postlane.testing.TestTls;

/** SCRAM-SHA-256 and SCRAM-SHA-256-PLUS over a socket: who gets in, and what is tried to get in without the password. */
class ScramLoginTest {
    private static final Username USER = Username.of(ANN);
    @TempDir
    private Path files;
    private AuthServer server;

    @BeforeEach
    void start() throws Exception {
        server = new AuthServer(files);
        server.enrol(ANN, SECRET);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String login(String user, String password) {
        try (SmtpDialogue client = server.connect()) {
            return new TestScram(client).login(user, password).text();
        }
    }

    private static byte[] endPoint(TestTls certificate) throws Exception {
        return TlsServerEndpoint.getChannelBindingData(certificate.certificate());
    }

    @Test
    void whoKnowsThePasswordLogsInAndTheServerProvesThatItKnowsItToo() {
        try (SmtpDialogue client = server.connect()) {
            TestScram scram = new TestScram(client);
            assertThat(scram.begin(ANN).code()).isEqualTo(334);
            Reply last = scram.finish(ANN, SECRET);
            assertThat(scram.isProof(last)).isTrue();
            assertThat(server.session.getUsername()).isNull();
            assertThat(client.command("").text()).startsWith("235 2.7.0 ");
            assertThat(server.session.getUsername()).isEqualTo(USER);
            assertThat(server.session.isRelayingAllowed()).isTrue();
        }
    }

    @Test
    void aWrongPasswordAnUnknownUserAndOneWithoutACredentialAreToldTheSame() {
        String wrong = login(ANN, "wrong");
        assertThat(wrong).startsWith("535 5.7.8 ");
        assertThat(login("nobody@example.org", SECRET)).isEqualTo(wrong);
        assertThat(login(BOSS, SECRET)).isEqualTo(wrong);
    }

    @Test
    void whoIsUnknownHasASaltOfTheSameKindAndTheSameOneAgain() throws Exception {
        try (SmtpDialogue client = server.connect()) {
            TestScram known = new TestScram(client);
            known.begin(ANN);
            client.command("*", 501);
            TestScram unknown = new TestScram(client);
            unknown.begin("nobody@example.org");
            client.command("*", 501);
            TestScram unlike = new TestScram(client);
            unlike.begin("somebody@example.org");
            assertThat(unknown.salt()).hasSameSizeAs(known.salt()).isNotEqualTo(unlike.salt());
            assertThat(unknown.iterations()).isEqualTo(known.iterations());
            server.close();
            server = new AuthServer(files);
            try (SmtpDialogue afterRestart = server.connect()) {
                TestScram again = new TestScram(afterRestart);
                again.begin("Nobody@Example.org");
                assertThat(again.salt()).isEqualTo(unknown.salt());
            }
        }
    }

    @Test
    void credentialsOutliveARestart() throws Exception {
        server.close();
        server = new AuthServer(files);
        assertThat(login(ANN, SECRET)).startsWith("235 ");
    }

    @Test
    void whatSomebodyHasOverheardServesNobodyASecondTime() {
        String overheard;
        try (SmtpDialogue client = server.connect()) {
            TestScram scram = new TestScram(client).nonce("overheard");
            assertThat(scram.login(ANN, SECRET).code()).isEqualTo(235);
            overheard = scram.lastMessage;
        }
        try (SmtpDialogue client = server.connect()) {
            TestScram replay = new TestScram(client).nonce("overheard");
            replay.begin(ANN);
            assertThat(overheard).doesNotContain(replay.serverNonce());
            assertThat(client.command(encode(overheard)).text()).startsWith("535 5.7.8 ");
        }
    }

    @Test
    void aNonceThatIsNotTheServersIsRefused() {
        try (SmtpDialogue client = server.connect()) {
            TestScram scram = new TestScram(client);
            scram.begin(ANN);
            scram.serverFirst = scram.serverFirst.replace(scram.serverNonce(), scram.serverNonce() + "x");
            assertThat(scram.finish(ANN, SECRET).text()).startsWith("535 5.7.8 ");
        }
    }

    @Test
    void aClientBoundToThisTlsSessionLogsIn() throws Exception {
        try (SmtpDialogue client = server.connectTls()) {
            assertThat(new TestScram(client).plus("tls-server-end-point", endPoint(TLS)).login(ANN, SECRET).text())
                .startsWith("235 ");
        }
    }

    @Test
    void aClientBoundToAnotherServersCertificateIsRefusedThoughItKnowsThePassword() throws Exception {
        byte[] ofTheManInTheMiddle = endPoint(TestTls.forHost("middle.test"));
        try (SmtpDialogue client = server.connectTls()) {
            assertThat(new TestScram(client).plus("tls-server-end-point", ofTheManInTheMiddle).login(ANN, SECRET).text())
                .startsWith("535 5.7.8 ");
            assertThat(new TestScram(client).plus("tls-server-end-point", new byte[0]).login(ANN, SECRET).text())
                .startsWith("535 5.7.8 ");
            assertThat(new TestScram(client).plus("tls-unique", endPoint(TLS)).login(ANN, SECRET).text())
                .startsWith("535 5.7.8 ");
        }
    }

    @Test
    void aClientThatWasToldOfNoChannelBindingIsRefusedWhereThereWasSome() {
        try (SmtpDialogue client = server.connectTls()) {
            assertThat(new TestScram(client).header("y,,").login(ANN, SECRET).text()).startsWith("535 5.7.8 ");
            assertThat(new TestScram(client).header("n,,").login(ANN, SECRET).text()).startsWith("235 ");
        }
        try (SmtpDialogue client = server.connect()) {
            // Without TLS none was offered, and the client is right.
            assertThat(new TestScram(client).header("y,,").login(ANN, SECRET).text()).startsWith("235 ");
        }
    }

    @Test
    void bindingBelongsToPlusAndPlusNeedsBinding() throws Exception {
        try (SmtpDialogue client = server.connectTls()) {
            assertThat(client.command("AUTH SCRAM-SHA-256 " + encode("p=tls-server-end-point,,n=" + ANN + ",r=abc")).text())
                .startsWith("535 5.7.8 ");
            assertThat(client.command("AUTH SCRAM-SHA-256-PLUS " + encode("n,,n=" + ANN + ",r=abc")).text())
                .startsWith("535 5.7.8 ");
        }
    }

    @Test
    void anIdentityOfAnotherIsForThoseWhomJamesAllowsIt() throws Exception {
        server.enrol(BOSS, SECRET);
        try (SmtpDialogue client = server.connect()) {
            assertThat(new TestScram(client).header("n,a=" + BOSS + ",").login(ANN, SECRET).text()).startsWith("535 5.7.8 ");
            assertThat(new TestScram(client).header("n,a=" + ANN + ",").login(BOSS, "wrong").text()).startsWith("535 5.7.8 ");
            assertThat(new TestScram(client).header("n,a=" + ANN + ",").login(BOSS, SECRET).text()).startsWith("235 ");
            assertThat(server.session.getUsername()).isEqualTo(USER);
        }
    }

    @Test
    void behindTheProofTheClientMayCancelAndIsNotLoggedIn() {
        try (SmtpDialogue client = server.connect()) {
            TestScram scram = new TestScram(client);
            scram.begin(ANN);
            assertThat(scram.isProof(scram.finish(ANN, SECRET))).isTrue();
            assertThat(client.command("*").text()).startsWith("501 ");
            assertThat(server.session.getUsername()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"n,,n=,r=abc", "n,,n=ann,r=", "n,,m=ext,n=ann,r=abc", "n,,n=a=2Xb,r=abc", "x,,n=ann,r=abc",
        "n=ann,r=abc", "n,ann,n=ann,r=abc", "p=,,n=ann,r=abc", "n,,n=ann"})
    void aFirstMessageThatIsNotByTheGrammarIsNone(String message) {
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.command("AUTH SCRAM-SHA-256 " + encode(message)).text()).startsWith("501 5.5.2 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"c=biws,r=abc", "c=biws,p=AAAA", "c=!,r=abc,p=AAAA", "c=biws,r=abc,p=A", "r=abc,c=biws,p=AAAA"})
    void aLastMessageThatIsNotByTheGrammarIsNone(String message) {
        try (SmtpDialogue client = server.connect()) {
            new TestScram(client).begin(ANN);
            assertThat(client.command(encode(message)).text()).startsWith("501 5.5.2 ");
        }
    }

    @Test
    void afterAChangeOfThePasswordTheOldOneServesNobodyAndTheNewOneAfterALoginByPlain() throws Exception {
        server.changePassword(ANN, "new");
        assertThat(login(ANN, SECRET)).startsWith("535 5.7.8 ");
        assertThat(server.store.find(USER)).isEmpty();
        assertThat(login(ANN, "new")).startsWith("535 5.7.8 ");
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.authPlain(ANN, "new").text()).startsWith("235 ");
        }
        await().until(() -> server.store.find(USER).isPresent());
        assertThat(login(ANN, "new")).startsWith("235 ");
        assertThat(login(ANN, SECRET)).startsWith("535 5.7.8 ");
    }

    @Test
    void aChangeBetweenTheTwoMessagesCountsToo() throws Exception {
        try (SmtpDialogue client = server.connect()) {
            TestScram scram = new TestScram(client);
            scram.begin(ANN);
            server.changePassword(ANN, "new");
            assertThat(scram.finish(ANN, SECRET).text()).startsWith("535 5.7.8 ");
            TestScram deleted = new TestScram(client);
            server.enrol(ANN, "new");
            deleted.begin(ANN);
            server.store.remove(USER).get();
            assertThat(deleted.finish(ANN, "new").text()).startsWith("535 5.7.8 ");
        }
    }

    @Test
    void aUserWhoIsRemovedIsGone() throws Exception {
        server.directory.users.removeUser(USER);
        assertThat(login(ANN, SECRET)).startsWith("535 5.7.8 ");
    }

    @Test
    void aLoginByPlainOrLoginGivesACredentialOnceAndAWrongOneNone() {
        try (SmtpDialogue client = server.connect()) {
            client.authPlain(BOSS, "wrong");
            assertThat(client.authLogin(BOSS, SECRET).code()).isEqualTo(235);
        }
        Username boss = Username.of(BOSS);
        await().until(() -> server.store.find(boss).isPresent());
        var first = server.store.find(boss).orElseThrow();
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.authPlain(BOSS, SECRET).code()).isEqualTo(235);
        }
        assertThat(login(BOSS, SECRET)).startsWith("235 ");
        assertThat(server.store.find(boss)).containsSame(first);
    }

    @Test
    void whileTheUsersCannotBeAskedALoginIsToComeAgain() {
        server.users.before = () -> {
            throw new UsersRepositoryException("down");
        };
        assertThat(login(ANN, SECRET)).startsWith("454 4.7.0 ");
        assertThat(login("nobody@example.org", SECRET)).startsWith("454 4.7.0 ");
    }

    @Test
    void whereTheStoredPasswordCannotBeReadThereIsNoCredentialUnlessItMayAge() throws Exception {
        server.users.hidesPasswords = true;
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.authPlain(BOSS, SECRET).code()).isEqualTo(235);
        }
        assertThat(server.passwords.enrol(Username.of(BOSS), SECRET)).failsWithin(Duration.ofSeconds(10));
        assertThat(server.store.find(Username.of(BOSS))).isEmpty();
        try (AuthServer aging = new AuthServer(files.resolve("aging"),
                parameters -> parameters.setProperty("unboundMaxAge", "2 days"))) {
            aging.users.hidesPasswords = true;
            try (SmtpDialogue client = aging.connect()) {
                assertThat(client.authPlain(BOSS, SECRET).code()).isEqualTo(235);
                await().until(() -> aging.store.find(Username.of(BOSS)).isPresent());
                assertThat(new TestScram(client).begin(BOSS).code()).isEqualTo(503);
            }
            aging.pass(Duration.ofDays(2).minusMinutes(1));
            try (SmtpDialogue client = aging.connect()) {
                assertThat(new TestScram(client).login(BOSS, SECRET).code()).isEqualTo(235);
            }
            aging.pass(Duration.ofMinutes(2));
            try (SmtpDialogue client = aging.connect()) {
                assertThat(new TestScram(client).login(BOSS, SECRET).code()).isEqualTo(535);
            }
        }
    }

    @Test
    void aNameIsPreparedAsTheRfcWantsIt() throws Exception {
        String user = "user\u00aa@example.org";
        server.directory.users.addUser(Username.of("usera@example.org"), "I\u00adX");
        server.enrol("usera@example.org", "I\u00adX");
        assertThat(login(user, "IX")).startsWith("235 ");
    }
}
