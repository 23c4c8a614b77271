// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postlane.smtpserver.auth.AuthServer.ANN;
import static org.postlane.smtpserver.auth.AuthServer.BOSS;
import static org.postlane.smtpserver.auth.AuthServer.SECRET;
import static org.postlane.smtpserver.auth.TestScram.encode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.apache.james.core.Username;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.SmtpDialogue;

/** CRAM-MD5 over a socket, where an administrator has switched it on. */
class CramMd5LoginTest {
    @TempDir
    private Path files;
    private AuthServer server;

    @BeforeEach
    void start() throws Exception {
        server = new AuthServer(files, parameters -> parameters.setProperty("mechanisms", "CRAM-MD5 PLAIN SCRAM-SHA-256"));
        server.enrol(ANN, SECRET);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static byte[] challenge(SmtpDialogue client) {
        return Base64.getDecoder().decode(client.command("AUTH CRAM-MD5", 334).text().substring(4));
    }

    private static String response(String user, String password, byte[] challenge) throws Exception {
        Mac mac = Mac.getInstance("HmacMD5");
        mac.init(new SecretKeySpec(password.getBytes(UTF_8), "HmacMD5"));
        return encode(user + " " + HexFormat.of().formatHex(mac.doFinal(challenge)));
    }

    private String login(String user, String password) throws Exception {
        try (SmtpDialogue client = server.connect()) {
            return client.command(response(user, password, challenge(client))).text();
        }
    }

    @Test
    void whoKnowsThePasswordLogsInAndNobodyElseIsToldMore() throws Exception {
        assertThat(login(ANN, SECRET)).startsWith("235 2.7.0 ");
        assertThat(server.session.getUsername()).isEqualTo(Username.of(ANN));
        String wrong = login(ANN, "wrong");
        assertThat(wrong).startsWith("535 5.7.8 ");
        assertThat(login("nobody@example.org", SECRET)).isEqualTo(wrong);
        assertThat(login(BOSS, SECRET)).isEqualTo(wrong);
        assertThat(Files.readString(files.resolve("var/postlane/credentials"))).doesNotContain(SECRET);
    }

    @Test
    void noChallengeIsSaidTwiceAndAnOldAnswerServesNobody() throws Exception {
        try (SmtpDialogue client = server.connect()) {
            byte[] first = challenge(client);
            assertThat(new String(first, UTF_8)).matches("<[^@<>]{20,}@[^@<>]+>");
            String answer = response(ANN, SECRET, first);
            client.command("*", 501);
            assertThat(challenge(client)).isNotEqualTo(first);
            assertThat(client.command(answer).text()).startsWith("535 ");
        }
    }

    @Test
    void theServerBeginsAndAnswersWithoutADigestAreNone() {
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.command("AUTH CRAM-MD5 " + encode(ANN)).text()).startsWith("501 ");
            challenge(client);
            assertThat(client.command(encode(ANN.replace(" ", ""))).text()).startsWith("501 5.5.2 ");
        }
    }

    @Test
    void anOldPasswordServesNobodyAndALoginByPlainBringsTheNewOne() throws Exception {
        server.changePassword(ANN, "new");
        assertThat(login(ANN, SECRET)).startsWith("535 ");
        assertThat(login(ANN, "new")).startsWith("535 ");
        try (SmtpDialogue client = server.connect()) {
            assertThat(client.authPlain(ANN, "new").code()).isEqualTo(235);
        }
        await().until(() -> server.store.find(Username.of(ANN)).isPresent());
        assertThat(login(ANN, "new")).startsWith("235 ");
    }

    @Test
    void whereItIsOffNothingIsKeptForIt() throws Exception {
        try (AuthServer without = new AuthServer(files.resolve("without"))) {
            without.enrol(ANN, SECRET);
            assertThat(without.store.find(Username.of(ANN)).orElseThrow().cramMd5()).isEmpty();
        }
    }
}
