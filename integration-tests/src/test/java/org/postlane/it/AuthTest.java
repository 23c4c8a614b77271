// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.apache.james.utils.DataProbeImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.TestTls;

/** AUTH on the listeners of a real James with the project's own conf/, and what webadmin does about credentials. */
class AuthTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ANN = "ann@local.test";
    private static final String SECRET = JamesUnderTest.SECRET;
    private static final TestTls CLIENT = TestTls.forUsers(ANN);
    private static final TestTls SERVER = TestTls.forHost("mx.test");
    private static JamesUnderTest james;

    @BeforeAll
    static void start() throws Exception {
        james = JamesUnderTest.postlane()
            .replace("smtpserver.xml", "${sys:postlane.submission.requireTls:-true}", "true")
            .replace("smtpserver.xml", "<handler class=\"org.postlane.smtpserver.auth.AuthHandler\"/>",
                "<handler class=\"org.postlane.smtpserver.auth.AuthHandler\"><failureDelay>100 ms</failureDelay>"
                    + "<clientCertificate>optional</clientCertificate><scramIterations>4096</scramIterations></handler>")
            .edit("smtpserver.xml", AuthTest::withCertificates)
            .domain("local.test").user(ANN)
            .start();
    }

    /** James reads the trust store with the type of the key store. */
    private static String withCertificates(String text) {
        return text.replaceAll("(?s)<keystore>[^<]*</keystore>\\s*<keystoreType>PKCS12</keystoreType>\\s*<secret>[^<]*</secret>",
            "<keystore>file://" + SERVER.keyStoreFile() + "</keystore><keystoreType>PKCS12</keystoreType><secret>"
                + SERVER.password() + "</secret><clientAuth><truststore>file://" + CLIENT.trustStoreFile()
                + "</truststore><truststoreSecret>" + CLIENT.password() + "</truststoreSecret></clientAuth>");
    }

    @AfterAll
    static void stop() {
        james.close();
    }

    @AfterEach
    void asBefore() throws Exception {
        webadmin("DELETE", "/postlane/credentials/" + ANN, "");
        changePassword(SECRET);
    }

    /** As JMX and james-cli do it, which tell nobody. */
    private static void changePassword(String password) throws Exception {
        DataProbeImpl data = james.james().server().getProbe(DataProbeImpl.class);
        data.removeUser(ANN);
        data.addUser(ANN, password);
    }

    private static SmtpDialogue submission() {
        SmtpDialogue dialogue = james.anonymousSubmission();
        dialogue.startTls(SERVER.clientContext());
        return dialogue;
    }

    private static HttpResponse<String> webadmin(String method, String path, String body) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://" + JamesUnderTest.LOOPBACK + ":"
            + System.getProperty("postlane.webadmin.port") + path)).method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void call(int status, String method, String path, String body) throws Exception {
        assertThat(webadmin(method, path, body).statusCode()).as(method + " " + path).isEqualTo(status);
    }

    private static int scram(String password) throws Exception {
        return scram(ANN, password);
    }

    private static int scram(String user, String password) throws Exception {
        try (SmtpDialogue dialogue = submission()) {
            return ScramLogin.login(dialogue, user, password).code();
        }
    }

    @Test
    void port25TakesNoLogin() {
        try (SmtpDialogue dialogue = james.smtp()) {
            assertThat(dialogue.ehlo("client.test").offers("AUTH")).isFalse();
            assertThat(dialogue.authPlain(ANN, SECRET).text()).startsWith("503 5.5.1 ");
            assertThat(dialogue.startTls(SERVER.clientContext()).offers("AUTH")).isFalse();
            assertThat(dialogue.authPlain(ANN, SECRET).text()).startsWith("503 5.5.1 ");
        }
    }

    @Test
    void port587TakesNoLoginBeforeStartTlsAndAnnouncesOneLineBehindIt() {
        try (SmtpDialogue dialogue = james.anonymousSubmission()) {
            assertThat(dialogue.ehlo("client.test").offers("AUTH")).isFalse();
            assertThat(dialogue.authPlain(ANN, SECRET).text()).startsWith("538 5.7.11 ");
            assertThat(dialogue.startTls(SERVER.clientContext()).lines()).filteredOn(line -> line.contains("AUTH")).hasSize(2)
                .anyMatch(line -> line.contains("AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN"));
            assertThat(dialogue.authPlain(ANN, "wrong").text()).startsWith("535 5.7.8 ");
            assertThat(dialogue.authPlain(ANN, SECRET).text()).startsWith("235 2.7.0 ");
        }
    }

    @Test
    void aClientCertificateLogsInOnBothSubmissionPorts() {
        try (SmtpDialogue dialogue = james.anonymousSubmission()) {
            assertThat(dialogue.startTls(SERVER.clientContextOf(CLIENT)).text()).contains(" EXTERNAL ");
            assertThat(dialogue.command("AUTH EXTERNAL =").text()).startsWith("235 ");
            dialogue.command("MAIL FROM:<" + ANN + ">", 250);
        }
        try (SmtpDialogue dialogue = SmtpDialogue.connectTls(
                new InetSocketAddress(JamesUnderTest.LOOPBACK, james.port("submissions")), SERVER.clientContextOf(CLIENT))) {
            dialogue.expect(220);
            dialogue.ehlo("client.test");
            assertThat(dialogue.command("AUTH EXTERNAL =").text()).startsWith("235 ");
        }
    }

    @Test
    void aLoginByPlainEnrolsAndAPasswordThatIsChangedBehindOurBackVoidsThat() throws Exception {
        assertThat(scram(SECRET)).isEqualTo(535);
        try (SmtpDialogue dialogue = submission()) {
            dialogue.authPlain(ANN, SECRET);
        }
        await().atMost(PATIENCE).until(() -> webadmin("GET", "/postlane/credentials/" + ANN, "").statusCode() == 200);
        assertThat(scram(SECRET)).isEqualTo(235);
        changePassword("by-jmx");
        assertThat(scram(SECRET)).isEqualTo(535);
        call(404, "GET", "/postlane/credentials/" + ANN, "");
    }

    @Test
    void aPasswordThatWebadminSetsEnrolsAndAUserWhomItRemovesIsForgotten() throws Exception {
        call(204, "PUT", "/users/bob@local.test", "{\"password\":\"of-bob\"}");
        await().atMost(PATIENCE).until(() -> webadmin("GET", "/postlane/credentials/bob@local.test", "").statusCode() == 200);
        assertThat(scram("bob@local.test", "of-bob")).isEqualTo(235);
        call(204, "PUT", "/users/bob@local.test?force", "{\"password\":\"other\"}");
        await().atMost(PATIENCE).until(() -> scram("bob@local.test", "other") == 235);
        assertThat(scram("bob@local.test", "of-bob")).isEqualTo(535);
        call(204, "DELETE", "/users/bob@local.test", "");
        await().atMost(PATIENCE).until(() -> webadmin("GET", "/postlane/credentials/bob@local.test", "").statusCode() == 404);
    }

    @Test
    void webadminDerivesListsAndForgetsCredentialsAndShowsNoSecret() throws Exception {
        call(400, "PUT", "/postlane/credentials/" + ANN, "{\"password\":\"not-hers\"}");
        call(400, "PUT", "/postlane/credentials/nobody@local.test", "{\"password\":\"x\"}");
        call(400, "PUT", "/postlane/credentials/" + ANN, "{}");
        call(400, "PUT", "/postlane/credentials/" + ANN, "[");
        call(404, "GET", "/postlane/credentials/" + ANN, "");
        call(204, "PUT", "/postlane/credentials/" + ANN, "{\"password\":\"" + SECRET + "\"}");
        assertThat(webadmin("GET", "/postlane/credentials", "").body()).matches("\\{\"total\":1,\"credentials\":\\[\\{"
            + "\"user\":\"ann@local.test\",\"mechanisms\":\\[\"SCRAM-SHA-256\"],\"iterations\":4096,\"verified\":\"[^\"]+\","
            + "\"voidAfterChange\":true}]}");
        assertThat(scram(SECRET)).isEqualTo(235);
        Path file = james.conf("").getParent().resolve("var/postlane/credentials");
        assertThat(Files.readString(file)).contains(ANN);
        call(204, "DELETE", "/postlane/credentials/" + ANN, "");
        call(204, "DELETE", "/postlane/credentials/" + ANN, "");
        assertThat(Files.readString(file)).doesNotContain(ANN);
        assertThat(scram(SECRET)).isEqualTo(535);
    }
}
