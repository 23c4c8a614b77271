// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.TrustManagerFactory;

import org.postlane.testing.TestTls;

/** One certificate for all peers, as they read it and as the client trusts it. */
final class PeerTls {
    private static final TestTls TLS = TestTls.forHost(Peer.HOST);

    private PeerTls() {
    }

    /** Writes {@code certificate.pem} and {@code key.pem}, readable by everybody: a server may open them as another user. */
    static void write(Path directory) {
        try {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            char[] password = TLS.password().toCharArray();
            KeyStore store = load(TLS.keyStoreFile(), password);
            write(directory.resolve("certificate.pem"), "CERTIFICATE", TLS.certificate().getEncoded());
            write(directory.resolve("key.pem"), "PRIVATE KEY", store.getKey("test", password).getEncoded());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Trusts that certificate and no other. */
    static TrustManagerFactory trust() {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(load(TLS.trustStoreFile(), TLS.password().toCharArray()));
            return trust;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore load(Path file, char[] password) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password);
        }
        return store;
    }

    private static void write(Path file, String what, byte[] octets) throws IOException {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets);
        Files.write(file, ("-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n").getBytes(US_ASCII));
    }
}
