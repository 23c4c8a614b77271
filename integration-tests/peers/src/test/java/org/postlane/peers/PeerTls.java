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
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import org.postlane.smtp.TlsMaterial;
import org.postlane.testing.docker.Command;

/**
 * A certificate for {@link Peer#HOST}, as a peer reads it and as the client trusts it. The key is an RSA one: the JDK writes keys
 * of elliptic curves without their public half, and GnuTLS, which Exim uses, reads no such key.
 */
final class PeerTls {
    private static final String PASSWORD = "not-a-secret";
    private static final Duration KEYTOOL_LIMIT = Duration.ofMinutes(1);

    private final Path directory;

    private PeerTls(Path directory) {
        this.directory = directory;
    }

    /** Makes one in the directory, with {@code certificate.pem} and {@code key.pem} that everybody may read. */
    static PeerTls in(Path directory) {
        Path file = directory.resolve("key.p12");
        new Command(directory, Map.of()).require(KEYTOOL_LIMIT, List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "peer",
            "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=" + Peer.HOST, "-ext", "SAN=dns:" + Peer.HOST + ",ip:127.0.0.1",
            "-validity", "30", "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass", PASSWORD));
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                keys.load(in, PASSWORD.toCharArray());
            }
            write(directory.resolve("certificate.pem"), "CERTIFICATE", keys.getCertificate("peer").getEncoded());
            write(directory.resolve("key.pem"), "PRIVATE KEY", keys.getKey("peer", PASSWORD.toCharArray()).getEncoded());
            // A temporary directory is closed to others, and a server may open the files as another user.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            return new PeerTls(directory);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path file, String what, byte[] octets) throws IOException {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets);
        Files.write(file, ("-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n").getBytes(US_ASCII));
    }

    /** Where the files lie. */
    Path directory() {
        return directory;
    }

    /** Trusts that certificate and no other. */
    TlsMaterial trust() {
        return TlsMaterial.DEFAULT.trusting(directory.resolve("certificate.pem"), null);
    }

    /** The same, and the same key for the client, who is known by it. */
    TlsMaterial trustAndKey() {
        return trust().withClientKey(directory.resolve("key.p12"), PASSWORD);
    }
}
