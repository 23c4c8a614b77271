// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postlane.james.ConfigurationError;
import org.postlane.testing.SmtpServer;
import org.postlane.testing.TestTls;

/** As whom a mailet shows itself to a gateway, and whom it trusts. */
class GatewayParametersTest {
    private static final TestTls GATEWAY = TestTls.forHost("gw.test");
    private static final TestTls CLIENT = TestTls.forHost("client.test");

    @TempDir
    private Path directory;

    private static String[] with(SmtpServer server, String... more) {
        List<String> all = new ArrayList<>(List.of("gateway", "127.0.0.1:" + server.port(), "gatewayUsername", "joe",
            "gatewayPassword", "s3cret"));
        all.addAll(List.of(more));
        return all.toArray(new String[0]);
    }

    private static void refused(String message, String... parameters) {
        try (Delivery delivery = new Delivery()) {
            assertThatThrownBy(() -> delivery.start(parameters)).isInstanceOf(ConfigurationError.class)
                .hasMessageContaining(message).hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void aGatewayWithItsOwnAuthorityGetsClientCertificateAndScram() throws Exception {
        Path trust = Files.writeString(directory.resolve("gateway-ca.pem"), GATEWAY.certificatePem());
        try (SmtpServer server = SmtpServer.builder().startTls(GATEWAY.requiring(CLIENT)).auth("joe", "s3cret")
                 .mechanisms("PLAIN", "SCRAM-SHA-256").authNeedsTls().authRequired().start();
             Delivery delivery = new Delivery()) {
            delivery.start(with(server, "tlsTrustStore", trust.toString(), "tlsClientKey", CLIENT.keyStoreFile().toString(),
                "tlsClientKeyPassword", CLIENT.password(), "gatewayAuthorizationId", "boss"));
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(1).allMatch(mail -> mail.authenticatedUser().equals("joe"));
            assertThat(server.connections().get(0).clientCertificate()).contains(CLIENT.certificate());
            assertThat(server.connections().get(0).authorizationId()).isEqualTo("boss");
            assertThat(server.connections().get(0).clientLines()).anyMatch(line -> line.startsWith("AUTH SCRAM-SHA-256 "));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"login", "CRAM-MD5", "Plain", "SCRAM-SHA-256"})
    void theFixedMechanismIsUsed(String mechanism) throws Exception {
        try (SmtpServer server = SmtpServer.builder().auth("joe", "s3cret").authRequired()
                 .mechanisms("SCRAM-SHA-256", "PLAIN", "CRAM-MD5", "LOGIN").start();
             Delivery delivery = new Delivery()) {
            delivery.start(with(server, "gatewayAuthMechanism", mechanism, "gatewayAuthWithoutTls", "true"));
            delivery.send("mail", "x@a.test");
            delivery.settled();
            assertThat(server.received()).hasSize(1);
            assertThat(server.connections().get(0).clientLines())
                .anyMatch(line -> line.startsWith("AUTH " + mechanism.toUpperCase(Locale.US)));
        }
    }

    @ParameterizedTest
    @CsvSource({"NTLM", "XOAUTH2", "OAUTHBEARER"})
    void anUnknownMechanismAndOneForTokensStopTheStart(String mechanism) {
        refused("<gatewayAuthMechanism>" + mechanism + "</gatewayAuthMechanism>: expected SCRAM-SHA-256, PLAIN, CRAM-MD5, LOGIN",
            "gateway", "gw.test", "gatewayUsername", "joe", "gatewayPassword", "s3cret", "gatewayAuthMechanism", mechanism);
    }

    @Test
    void whatDoesNotGoTogetherStopsTheStart() {
        refused("LOGIN cannot be used with a password and an authorization identity", "gateway", "gw.test",
            "gatewayUsername", "joe", "gatewayPassword", "s3cret", "gatewayAuthMechanism", "LOGIN",
            "gatewayAuthorizationId", "boss");
        refused("<gatewayAuthMechanism> is written without <gatewayUsername>", "gatewayAuthMechanism", "PLAIN");
        refused("<gatewayAuthorizationId> is written without <gatewayUsername>", "gatewayAuthorizationId", "boss");
        refused("<tlsTrustStorePassword> is written without <tlsTrustStore>", "tlsTrustStorePassword", "s3cret");
        refused("<tlsClientKeyPassword> is written without <tlsClientKey>", "tlsClientKeyPassword", "s3cret");
        refused("NUL", "gateway", "gw.test", "gatewayUsername", "joe", "gatewayPassword", "s3cret\0");
    }

    @Test
    void aFileThatCannotBeUsedStopsTheStartAndIsNamed() {
        refused("<tlsTrustStore>: The file /nowhere/ca.pem does not exist", "tlsTrustStore", "/nowhere/ca.pem");
        refused("<tlsClientKey>: The file /nowhere/key.pem does not exist", "tlsClientKey", "/nowhere/key.pem");
        refused("<tlsClientKey>: The file " + CLIENT.keyStoreFile() + " is not opened by this password",
            "tlsClientKey", CLIENT.keyStoreFile().toString(), "tlsClientKeyPassword", "s3cret");
    }
}
