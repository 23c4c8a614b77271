// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.postlane.smtpserver.auth.AuthServer.ANN;
import static org.postlane.smtpserver.auth.AuthServer.SECRET;
import static org.postlane.smtpserver.auth.AuthServer.TLS;

import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.apache.james.core.Username;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.smtp.SessionSettings;
import org.postlane.smtp.SmtpClient;
import org.postlane.smtp.SmtpConnection;
import org.postlane.smtp.TlsMaterial;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.smtp.sasl.SaslMechanism;

/** Postlane's two sides of AUTH understand each other. */
class OwnClientTest {
    private static final long PATIENCE = 60;
    @TempDir
    private Path files;

    private static SmtpConnection connect(SmtpClient client, AuthServer server, Credentials credentials) throws Exception {
        return client.connect(SessionSettings.to(server.address(), "mx.test").ehloName("client.test").tls(TlsMode.VERIFIED)
            .tlsMaterial(TlsMaterial.DEFAULT.trusting(TLS.trustStoreFile(), TLS.password())).credentials(credentials).build())
            .get(PATIENCE, TimeUnit.SECONDS);
    }

    @Test
    void theClientLogsInByEachMechanismThatBothKnowAndByNoneWithAWrongPassword() throws Exception {
        try (AuthServer server = new AuthServer(files, parameters ->
                parameters.setProperty("mechanisms", "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN CRAM-MD5"));
                SmtpClient client = new SmtpClient()) {
            server.enrol(ANN, SECRET);
            for (SaslMechanism mechanism : new SaslMechanism[] {SaslMechanism.SCRAM_SHA_256, SaslMechanism.PLAIN,
                SaslMechanism.LOGIN, SaslMechanism.CRAM_MD5}) {
                SmtpConnection connection = connect(client, server, Credentials.password(ANN, SECRET).withMechanism(mechanism));
                assertThat(server.session.getUsername()).as(mechanism.saslName()).isEqualTo(Username.of(ANN));
                connection.abort();
                assertThat(catchThrowable(() ->
                    connect(client, server, Credentials.password(ANN, "wrong").withMechanism(mechanism))))
                    .isInstanceOf(ExecutionException.class).hasMessageContaining("535");
            }
        }
    }
}
