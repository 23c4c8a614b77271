// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A self-signed certificate made at run time by the JDK's own {@code keytool}, and what both sides need to use it. Each kind
 * is made once per JVM, in a temporary directory that goes with the JVM. Immutable.
 */
public final class TestTls {
    private static final char[] PASSWORD = "not-a-secret".toCharArray();
    private static final long KEYTOOL_SECONDS = 60;
    private static final Map<List<String>, TestTls> MADE = new ConcurrentHashMap<>();

    private final Path keyStoreFile;
    private final Path trustStoreFile;
    private final KeyStore keyStore;
    private final KeyStore trustStore;
    private final X509Certificate certificate;
    private final TestTls client;
    private final boolean required;
    private final List<String> protocols;

    private TestTls(TestTls same, TestTls client, boolean required, List<String> protocols) {
        keyStoreFile = same.keyStoreFile;
        trustStoreFile = same.trustStoreFile;
        keyStore = same.keyStore;
        trustStore = same.trustStore;
        certificate = same.certificate;
        this.client = client;
        this.required = required;
        this.protocols = protocols;
    }

    private TestTls(Path directory, List<String> options) throws IOException, GeneralSecurityException {
        client = null;
        required = false;
        protocols = List.of();
        keyStoreFile = directory.resolve("key.p12");
        trustStoreFile = directory.resolve("trust.p12");
        directory.toFile().deleteOnExit();
        keyStoreFile.toFile().deleteOnExit();
        trustStoreFile.toFile().deleteOnExit();
        generate(keyStoreFile, options);
        keyStore = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keyStoreFile)) {
            keyStore.load(in, PASSWORD);
        }
        certificate = (X509Certificate) keyStore.getCertificate("test");
        trustStore = KeyStore.getInstance("PKCS12");
        trustStore.load(null, PASSWORD);
        trustStore.setCertificateEntry("test", certificate);
        try (var out = Files.newOutputStream(trustStoreFile)) {
            trustStore.store(out, PASSWORD);
        }
    }

    /** A certificate for this host name and for 127.0.0.1. */
    public static TestTls forHost(String name) {
        return made(List.of("-dname", "CN=" + name, "-ext", "SAN=dns:" + name + ",ip:127.0.0.1", "-validity", "30"));
    }

    /** A certificate that fits no host a test would use: {@code wrong.invalid} alone. */
    public static TestTls withWrongName() {
        return made(List.of("-dname", "CN=wrong.invalid", "-ext", "SAN=dns:wrong.invalid", "-validity", "30"));
    }

    /** A client certificate for these users, by the addresses in it; the name of its subject is the first of them. */
    public static TestTls forUsers(String... addresses) {
        return made(List.of("-dname", "CN=" + addresses[0], "-ext", "SAN=email:" + String.join(",email:", addresses),
            "-validity", "30"));
    }

    /** A client certificate for this user that was valid until yesterday. */
    public static TestTls expiredForUser(String address) {
        return made(List.of("-dname", "CN=" + address, "-ext", "SAN=email:" + address, "-startdate", "-3d", "-validity", "2"));
    }

    private static TestTls made(List<String> options) {
        return MADE.computeIfAbsent(options, wanted -> {
            try {
                return new TestTls(Files.createTempDirectory("postlane-tls"), wanted);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("cannot use the certificate for " + wanted, e);
            }
        });
    }

    private static void generate(Path keyStoreFile, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "test",
            "-keyalg", "EC", "-groupname", "secp256r1", "-storetype", "PKCS12", "-keystore", keyStoreFile.toString(),
            "-storepass", new String(PASSWORD)));
        command.addAll(options);
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        keytool.getOutputStream().close();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        try {
            if (!keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS)) {
                keytool.destroyForcibly();
                throw new IOException("keytool did not end within " + KEYTOOL_SECONDS + " s: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool was running", e);
        }
        if (keytool.exitValue() != 0) {
            throw new IOException("keytool ended with " + keytool.exitValue() + ": " + said);
        }
    }

    /** The same certificate for a server that asks for one of the client's, which may be this one only, and goes on without. */
    public TestTls requesting(TestTls client) {
        return new TestTls(this, client, false, protocols);
    }

    /** The same certificate for a server that wants no client without that certificate. */
    public TestTls requiring(TestTls client) {
        return new TestTls(this, client, true, protocols);
    }

    /** The same certificate for a server that speaks these versions only, such as {@code TLSv1.2}. */
    public TestTls speaking(String... versions) {
        return new TestTls(this, client, required, List.of(versions));
    }

    void prepare(SSLSocket server) {
        if (!protocols.isEmpty()) {
            server.setEnabledProtocols(protocols.toArray(new String[0]));
        }
        if (client != null && required) {
            server.setNeedClientAuth(true);
        } else if (client != null) {
            server.setWantClientAuth(true);
        }
    }

    /** For the side that presents the certificate. */
    public SSLContext serverContext() {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(keyStore, PASSWORD);
            TrustManager[] clients = null;
            if (client != null) {
                TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                trust.init(client.trustStore);
                clients = trust.getTrustManagers();
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), clients, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make a TLS context", e);
        }
    }

    /** For a client that trusts this certificate and no other. */
    public SSLContext clientContext() {
        return clientContext(null);
    }

    /** The same for a client that presents the other certificate where it is asked for one. */
    public SSLContext clientContextOf(TestTls own) {
        return clientContext(own);
    }

    private SSLContext clientContext(TestTls own) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trustStore);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            if (own != null) {
                keys.init(own.keyStore, PASSWORD);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make a TLS context", e);
        }
    }

    /** The certificate itself. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** The certificate in PEM. */
    public String certificatePem() {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its private key in PEM: PKCS #8, not encrypted. */
    public String keyPem() {
        try {
            return pem("PRIVATE KEY", keyStore.getKey("test", PASSWORD).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String type, byte[] octets) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets)
            + "\n-----END " + type + "-----\n";
    }

    /** A PKCS #12 file with the key and the certificate, alias {@code test}. */
    public Path keyStoreFile() {
        return keyStoreFile;
    }

    /** A PKCS #12 file with the certificate as the only trusted one. */
    public Path trustStoreFile() {
        return trustStoreFile;
    }

    /** The password of both files. */
    public String password() {
        return new String(PASSWORD);
    }
}
