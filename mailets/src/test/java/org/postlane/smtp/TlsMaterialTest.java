// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postlane.testing.TestTls;

/** Files that are read once, and refused by name where they are no good. */
class TlsMaterialTest {
    private static final TestTls OURS = TestTls.forHost("client.test");
    private static final TestTls OTHER = TestTls.forHost("other.test");

    @TempDir
    private Path directory;

    private Path file(String... content) {
        try {
            return Files.writeString(Files.createTempFile(directory, "tls", ".pem"), String.join("", content));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void trustIsRefused(Path file, String password, String why) {
        assertThatThrownBy(() -> TlsMaterial.DEFAULT.trusting(file, password)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("The file " + file + " ").hasMessageContaining(why);
    }

    private static void keyIsRefused(Path file, String password, String why) {
        assertThatThrownBy(() -> TlsMaterial.DEFAULT.withClientKey(file, password)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("The file " + file + " ").hasMessageContaining(why).hasMessageNotContaining("MII");
    }

    @Test
    void theSameContentIsEqualWhateverFileItCameFrom() {
        TlsMaterial pem = TlsMaterial.DEFAULT.trusting(file("# ours\n", OURS.certificatePem()), null)
            .withClientKey(file(OURS.keyPem(), OURS.certificatePem()), null);
        TlsMaterial stores = TlsMaterial.DEFAULT.trusting(OURS.trustStoreFile(), OURS.password())
            .withClientKey(OURS.keyStoreFile(), OURS.password());
        assertThat(pem).isEqualTo(stores).hasSameHashCodeAs(stores);
        assertThat(pem.toString()).isEqualTo("1 trusted certificates, showing CN=client.test");
    }

    @Test
    void materialThatDiffersInTrustOrKeyIsNotEqual() {
        TlsMaterial trust = TlsMaterial.DEFAULT.trusting(file(OURS.certificatePem()), null);
        assertThat(trust).isNotEqualTo(TlsMaterial.DEFAULT)
            .isNotEqualTo(TlsMaterial.DEFAULT.trusting(file(OTHER.certificatePem()), null))
            .isNotEqualTo(TlsMaterial.DEFAULT.trusting(file(OURS.certificatePem(), OTHER.certificatePem()), null))
            .isNotEqualTo(trust.withClientKey(OURS.keyStoreFile(), OURS.password()));
        assertThat(trust.withClientKey(OURS.keyStoreFile(), OURS.password()))
            .isNotEqualTo(trust.withClientKey(OTHER.keyStoreFile(), OTHER.password()));
    }

    @Test
    void trustThatCannotBeUsedIsRefusedByName() throws IOException {
        trustIsRefused(directory.resolve("missing.pem"), null, "does not exist");
        trustIsRefused(directory, null, "cannot be read");
        trustIsRefused(file("nonsense"), null, "is neither PEM nor");
        trustIsRefused(file(""), null, "is neither PEM nor");
        trustIsRefused(file(OURS.keyPem()), null, "holds no trusted certificate");
        trustIsRefused(file("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), null, "cannot be read");
        trustIsRefused(OURS.trustStoreFile(), "wrong", "is not opened by this password");
        trustIsRefused(OURS.keyStoreFile(), OURS.password(), "holds no trusted certificate");
    }

    @Test
    void aClientKeyThatCannotBeUsedIsRefusedByName() {
        keyIsRefused(directory.resolve("missing.p12"), null, "does not exist");
        keyIsRefused(file("nonsense"), null, "is neither PEM nor");
        keyIsRefused(file(OURS.certificatePem()), null, "holds 0 unencrypted PKCS #8 keys");
        keyIsRefused(file(OURS.keyPem()), null, "and 0 certificates");
        keyIsRefused(file(OURS.keyPem(), OTHER.keyPem(), OURS.certificatePem()), null, "holds 2 unencrypted");
        keyIsRefused(file(OURS.keyPem().replace("PRIVATE", "RSA PRIVATE"), OURS.certificatePem()), null, "openssl pkcs8");
        keyIsRefused(file("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", OURS.certificatePem()), null,
            "none of RSA, EC and EdDSA");
        keyIsRefused(file(OURS.keyPem(), OTHER.certificatePem()), null, "does not belong to its first certificate");
        keyIsRefused(OURS.keyStoreFile(), "wrong", "is not opened by this password");
        keyIsRefused(OURS.keyStoreFile(), null, "");
        keyIsRefused(OURS.trustStoreFile(), OURS.password(), "holds 0 private keys");
    }
}
