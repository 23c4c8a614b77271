// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postlane.smtpserver.auth.AuthServer.ANN;
import static org.postlane.smtpserver.auth.AuthServer.BOSS;
import static org.postlane.smtpserver.auth.AuthServer.TLS;
import static org.postlane.smtpserver.auth.TestScram.encode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

import org.apache.commons.configuration2.BaseConfiguration;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.ClientAuth;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.james.ConfigurationError;
import org.postlane.testing.SmtpDialogue;
import org.postlane.testing.TestTls;

/** Client certificates over sockets: who must show one, whom it lets in by EXTERNAL, and whom not any more. */
class ExternalTest {
    private static final TestTls CERTIFICATE = TestTls.forUsers(ANN);

    @TempDir
    private Path files;
    private AuthServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    /** A listener that asks, as James lets it, for a certificate that is this one or of its authority. */
    private void start(TestTls trusted, Consumer<BaseConfiguration> change) throws Exception {
        server = new AuthServer(files, AuthServer.startTls(TLS.requiring(trusted), ClientAuth.NEED), change);
    }

    private void start(TestTls trusted) throws Exception {
        start(trusted, parameters -> { });
    }

    private SmtpDialogue connect(SSLContext context) {
        SmtpDialogue dialogue = server.connect();
        dialogue.startTls(context);
        return dialogue;
    }

    private String external(TestTls certificate, String authorization) {
        try (SmtpDialogue client = connect(TLS.clientContextOf(certificate))) {
            return client.command("AUTH EXTERNAL " + (authorization.isEmpty() ? "=" : encode(authorization))).text();
        }
    }

    private static Consumer<BaseConfiguration> with(String key, Object value) {
        return parameters -> parameters.setProperty(key, String.valueOf(value));
    }

    @Test
    void theCertificateSaysWhoItIs() throws Exception {
        start(CERTIFICATE);
        try (SmtpDialogue client = connect(TLS.clientContextOf(CERTIFICATE))) {
            assertThat(client.ehlo("client.test").text()).contains("AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 EXTERNAL PLAIN LOGIN");
            assertThat(client.command("AUTH EXTERNAL").text()).isEqualTo("334 ");
            assertThat(client.command("").text()).startsWith("235 2.7.0 ");
            assertThat(server.session.getUsername()).isEqualTo(Username.of(ANN));
        }
        assertThat(external(CERTIFICATE, ANN)).startsWith("235 ");
    }

    @Test
    void whoHasNoneOrOneOfAnotherAuthorityIsRefusedByTls() throws Exception {
        start(CERTIFICATE);
        for (SSLContext context : List.of(TLS.clientContext(), TLS.clientContextOf(TestTls.forUsers(BOSS)))) {
            SmtpDialogue client = server.connect();
            assertThatThrownBy(() -> client.startTls(context)).isNotNull();
            client.close();
        }
    }

    @Test
    void whereItIsOptionalWhoHasNoneMayComeAndIsNotOfferedExternal() throws Exception {
        start(CERTIFICATE, with("clientCertificate", "optional"));
        try (SmtpDialogue client = connect(TLS.clientContext())) {
            assertThat(client.ehlo("client.test").text()).contains("AUTH SCRAM-SHA-256-PLUS").doesNotContain("EXTERNAL");
            assertThat(client.command("AUTH EXTERNAL =").text()).startsWith("504 5.5.4 ");
            assertThat(client.authPlain(ANN, AuthServer.SECRET).code()).isEqualTo(235);
        }
        assertThat(external(CERTIFICATE, "")).startsWith("235 ");
        assertThat(external(TestTls.forUsers(BOSS), "")).startsWith("504 ");
    }

    @Test
    void whereTlsIsThereFromTheFirstByteItIsOptionalToo() throws Exception {
        server = new AuthServer(files, AuthServer.implicitTls(TLS.requiring(CERTIFICATE), ClientAuth.NEED),
            with("clientCertificate", "optional"));
        // James has begun with the first handshake before it tells of the connection.
        SmtpDialogue.connectTls(server.address(), TLS.clientContextOf(CERTIFICATE)).expect(220);
        for (boolean shows : new boolean[] {true, false}) {
            try (SmtpDialogue client = SmtpDialogue.connectTls(server.address(),
                    shows ? TLS.clientContextOf(CERTIFICATE) : TLS.clientContext())) {
                client.expect(220);
                assertThat(client.ehlo("client.test").text().contains("EXTERNAL")).isEqualTo(shows);
            }
        }
    }

    @Test
    void aListenerThatDoesNotAskIsShownNone() throws Exception {
        server = new AuthServer(files, AuthServer.startTls(TLS, ClientAuth.NONE), with("clientCertificate", "optional"));
        try (SmtpDialogue client = connect(TLS.clientContextOf(CERTIFICATE))) {
            assertThat(client.command("AUTH EXTERNAL =").text()).startsWith("504 ");
        }
    }

    @Test
    void toActAsSomebodyElseTakesJamesPermission() throws Exception {
        start(CERTIFICATE);
        assertThat(external(CERTIFICATE, BOSS)).startsWith("535 5.7.8 ");
        assertThat(external(CERTIFICATE, "nobody@example.org")).startsWith("535 5.7.8 ");
        server.close();
        TestTls ofTheBoss = TestTls.forUsers(BOSS);
        start(ofTheBoss);
        assertThat(external(ofTheBoss, ANN)).startsWith("235 ");
        assertThat(server.session.getUsername()).isEqualTo(Username.of(ANN));
    }

    @Test
    void aCertificateOfSeveralUsersIsForTheOneThatTheClientNames() throws Exception {
        TestTls both = TestTls.forUsers(BOSS, ANN);
        start(both);
        assertThat(external(both, "")).startsWith("535 ");
        assertThat(external(both, ANN)).startsWith("235 ");
        assertThat(external(both, BOSS)).startsWith("235 ");
    }

    @Test
    void aUserWhoIsGoneIsLetInByNoCertificate() throws Exception {
        start(CERTIFICATE);
        server.directory.users.removeUser(Username.of(ANN));
        assertThat(external(CERTIFICATE, "")).startsWith("535 ");
    }

    @Test
    void anExpiredCertificateIsRefusedThoughTheTrustStoreHoldsIt() throws Exception {
        TestTls expired = TestTls.expiredForUser(ANN);
        start(expired);
        assertThat(external(expired, "")).startsWith("535 ");
    }

    @Test
    void aCertificateWithoutAnAddressStandsForNobodyUnlessItsCommonNameCounts() throws Exception {
        TestTls host = TestTls.forHost("laptop.test");
        start(host);
        assertThat(external(host, "")).startsWith("535 ");
        server.close();
        TestTls both = TestTls.forUsers(BOSS, ANN);
        start(both, with("certificateUser", "commonName"));
        assertThat(external(both, "")).startsWith("235 ");
        assertThat(server.session.getUsername()).isEqualTo(Username.of(BOSS));
    }

    @Test
    void aFileOfFingerprintsCountsAsItIsNow() throws Exception {
        Path mapping = files.resolve("certificates");
        String fingerprint = CertificateUsers.fingerprint(CERTIFICATE.certificate()).toUpperCase(Locale.US)
            .replaceAll("(..)(?!$)", "$1:");
        Files.writeString(mapping, "# of the laptop\n" + fingerprint + " " + BOSS + "\n");
        start(CERTIFICATE, with("certificateUser", mapping));
        assertThat(external(CERTIFICATE, "")).startsWith("235 ");
        assertThat(server.session.getUsername()).isEqualTo(Username.of(BOSS));

        replace(mapping, "# it was stolen\n");
        assertThat(external(CERTIFICATE, "")).startsWith("535 ");
        replace(mapping, "nonsense\n");
        assertThat(external(CERTIFICATE, "")).startsWith("454 4.7.0 ");
        Files.delete(mapping);
        assertThat(external(CERTIFICATE, "")).startsWith("454 4.7.0 ");
    }

    private static void replace(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(text.length())));
    }

    @Test
    void aRevokedCertificateIsRefusedAndALapsedListLetsNobodyIn() throws Exception {
        Path list = files.resolve("revoked.crl");
        revoke(list, TestTls.forUsers("other@example.org"), "1");
        start(CERTIFICATE, with("revocationList", list));
        assertThat(external(CERTIFICATE, "")).startsWith("235 ");
        revoke(list, CERTIFICATE, CERTIFICATE.certificate().getSerialNumber().toString());
        assertThat(external(CERTIFICATE, "")).startsWith("535 ");
        revoke(list, CERTIFICATE, "1");
        assertThat(external(CERTIFICATE, "")).startsWith("235 ");
        server.pass(Duration.ofDays(6));
        assertThat(external(CERTIFICATE, "")).startsWith("454 ");
    }

    /** A list of this certificate's own authority, which is the certificate itself; good for some days. */
    private static void revoke(Path list, TestTls authority, String serial) throws Exception {
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-gencrl",
            "-alias", "test", "-id", serial, "-keystore", authority.keyStoreFile().toString(), "-storepass",
            authority.password(), "-validity", "5", "-file", list.toString()).inheritIO().start();
        assertThat(keytool.waitFor()).isZero();
        Files.setLastModifiedTime(list, FileTime.from(Instant.now().plusMillis(serial.hashCode())));
    }

    @Test
    void whatCannotBeReadAtTheStartStopsIt() throws Exception {
        Path missing = files.resolve("missing");
        Path nonsense = Files.writeString(files.resolve("nonsense"), "nonsense");
        for (Consumer<BaseConfiguration> wrong : List.of(with("revocationList", missing), with("revocationList", nonsense),
                with("certificateUser", missing), with("certificateUser", nonsense), with("clientCertificate", "maybe"),
                with("mechanisms", "PLAIN MAGIC"), with("scramIterations", "4095"), with("maxFailure", "3"))) {
            assertThatThrownBy(() -> start(CERTIFICATE, wrong)).isInstanceOf(ConfigurationError.class)
                .hasMessageContaining("smtpserver.xml, handler AuthHandler");
        }
    }
}
