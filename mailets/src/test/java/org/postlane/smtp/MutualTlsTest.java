// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.testing.Connection;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.TestTls;

/** Client certificates, own trust, versions and SNI: over sockets, and over nobody else's connection. */
class MutualTlsTest {
    @RegisterExtension
    static final SmtpFixture SMTP = new SmtpFixture();

    private static final TestTls CLIENT = TestTls.forHost("client.test");
    private static final TestTls STRANGER = TestTls.forHost("stranger.test");
    private static final TlsMaterial WITH_KEY = SmtpFixture.TRUST.withClientKey(CLIENT.keyStoreFile(), CLIENT.password());

    private static SmtpServer server(TestTls tls, boolean implicit) {
        return SMTP.start(implicit ? SmtpServer.builder().implicitTls(tls) : SmtpServer.builder().startTls(tls));
    }

    private static SessionSettings.Builder settings(SmtpServer server, TlsMode mode) {
        return SmtpFixture.settings(server).tls(mode);
    }

    private static Connection seen(SmtpServer server) {
        return server.connections().get(0);
    }

    @ParameterizedTest
    @CsvSource({"VERIFIED, false, TLSv1.2", "VERIFIED, false, TLSv1.3", "REQUIRED, false, TLSv1.3",
        "IMPLICIT_VERIFIED, true, TLSv1.2", "IMPLICIT_VERIFIED, true, TLSv1.3", "IMPLICIT, true, TLSv1.3"})
    void theClientCertificateIsShownToAServerThatWantsIt(TlsMode mode, boolean implicit, String version) {
        SmtpServer server = server(SmtpFixture.TLS.requiring(CLIENT).speaking(version), implicit);
        SmtpConnection connection = SMTP.connect(settings(server, mode).tlsMaterial(WITH_KEY).build());
        SmtpFixture.send(connection, "a@example.org");
        assertThat(seen(server).clientCertificate()).contains(CLIENT.certificate());
        assertThat(seen(server).tlsSession().orElseThrow().getProtocol()).isEqualTo(version);
        assertThat(server.received()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"VERIFIED, false, TLSv1.2", "VERIFIED, false, TLSv1.3", "IMPLICIT_VERIFIED, true, TLSv1.2",
        "IMPLICIT_VERIFIED, true, TLSv1.3"})
    void withoutTheClientCertificateTheServersRefusalIsAFailedHandshake(TlsMode mode, boolean implicit, String version) {
        SmtpServer server = server(SmtpFixture.TLS.requiring(CLIENT).speaking(version), implicit);
        Throwable failure = SmtpFixture.failure(SMTP.client().connect(settings(server, mode).build()));
        assertThat(failure).isInstanceOf(TlsHandshakeException.class);
        assertThat(((SmtpException) failure).failure().fault()).isEqualTo(Fault.POLICY);
        assertThat(server.statistics().commands("MAIL")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aCertificateThatTheServerDoesNotTrustIsAFailedHandshakeToo(String version) {
        SmtpServer server = server(SmtpFixture.TLS.requiring(STRANGER).speaking(version), false);
        Throwable failure = SmtpFixture.failure(SMTP.client().connect(
            settings(server, TlsMode.VERIFIED).tlsMaterial(WITH_KEY).build()));
        assertThat(failure).isInstanceOf(TlsHandshakeException.class);
    }

    @Test
    void aServerThatMerelyAsksIsSatisfiedWithoutOne() {
        SmtpServer server = server(SmtpFixture.TLS.requesting(CLIENT), false);
        SMTP.connect(settings(server, TlsMode.VERIFIED).build());
        assertThat(seen(server).clientCertificate()).isEmpty();
    }

    @Test
    void ownTrustTakesThePlaceOfTheJvms() {
        SmtpServer server = server(SmtpFixture.TLS, false);
        for (TlsMaterial stranger : new TlsMaterial[] {TlsMaterial.DEFAULT,
            TlsMaterial.DEFAULT.trusting(STRANGER.trustStoreFile(), STRANGER.password())}) {
            assertThat(SmtpFixture.failure(SMTP.client().connect(
                settings(server, TlsMode.VERIFIED).tlsMaterial(stranger).build()))).isInstanceOf(TlsHandshakeException.class);
        }
        TlsMaterial right = TlsMaterial.DEFAULT.trusting(SmtpFixture.TLS.trustStoreFile(), SmtpFixture.TLS.password());
        assertThat(SMTP.connect(settings(server, TlsMode.VERIFIED).tlsMaterial(right).build()).isEncrypted()).isTrue();
    }

    @Test
    void sessionsWithDifferentMaterialAreDifferent() {
        SmtpServer server = server(SmtpFixture.TLS, false);
        SessionSettings plain = settings(server, TlsMode.VERIFIED).build();
        SessionSettings withKey = settings(server, TlsMode.VERIFIED).tlsMaterial(WITH_KEY).build();
        SessionSettings withKeyAgain = settings(server, TlsMode.VERIFIED)
            .tlsMaterial(SmtpFixture.TRUST.withClientKey(CLIENT.keyStoreFile(), CLIENT.password())).build();
        assertThat(withKey).isNotEqualTo(plain).isEqualTo(withKeyAgain).hasSameHashCodeAs(withKeyAgain);
    }

    @ParameterizedTest
    @EnumSource(value = TlsMode.class, names = {"OPPORTUNISTIC", "REQUIRED", "VERIFIED"})
    void theServersNameIsAskedForVerifiedOrNot(TlsMode mode) {
        SmtpServer server = server(SmtpFixture.TLS, false);
        SMTP.connect(settings(server, mode).build());
        assertThat(seen(server).requestedServerName()).isEqualTo(SmtpFixture.NAME);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, VERIFIED", "127.0.0.1, OPPORTUNISTIC", "::1, OPPORTUNISTIC", "mx_1.test, OPPORTUNISTIC",
        "mx.test., OPPORTUNISTIC", "single, OPPORTUNISTIC"})
    void aNameThatSniCannotCarryIsNotAskedForAndBreaksNothing(String name, TlsMode mode) {
        SmtpServer server = server(SmtpFixture.TLS, false);
        SessionSettings settings = SessionSettings.to(server.address(), name).ehloName("client.test").tls(mode)
            .tlsMaterial(SmtpFixture.TRUST).build();
        assertThat(SMTP.connect(settings).isEncrypted()).isTrue();
        assertThat(seen(server).requestedServerName()).isIn("", name.replaceFirst("\\.$", ""));
    }

    @Test
    void anIpAddressThatTheCertificateDoesNotHoldIsRefused() {
        SmtpServer server = server(SmtpFixture.TLS, false);
        SessionSettings settings = SessionSettings.to(new InetSocketAddress("127.0.0.1", server.address().getPort()), "127.0.0.2")
            .tls(TlsMode.VERIFIED).tlsMaterial(SmtpFixture.TRUST).build();
        assertThat(SmtpFixture.failure(SMTP.client().connect(settings))).isInstanceOf(TlsHandshakeException.class);
    }

    @Test
    void exactlyTls13AndTls12AreOffered() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<SmtpConnection> connecting = SMTP.client().connect(SessionSettings.to(
                (InetSocketAddress) server.getLocalSocketAddress(), SmtpFixture.NAME).tls(TlsMode.IMPLICIT).build());
            try (Socket peer = server.accept(); DataInputStream in = new DataInputStream(peer.getInputStream())) {
                byte[] header = in.readNBytes(5);
                byte[] hello = in.readNBytes(((header[3] & 0xff) << 8) | (header[4] & 0xff));
                // The extension supported_versions (RFC 8446 4.2.1): type, length, length of the list, the list.
                assertThat(HexFormat.of().formatHex(hello)).contains("002b" + "0005" + "04" + "0304" + "0303");
            }
            assertThat(SmtpFixture.failure(connecting)).isInstanceOf(TlsHandshakeException.class);
        }
    }
}
