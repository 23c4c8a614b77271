// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and keys. Every error names the file and what it should have held, and nothing of what it does hold. */
final class TlsFiles {
    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PKCS8 = "PRIVATE KEY";
    /** What TLS clients sign with, by the algorithm of the key. */
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA",
        "EdDSA", "EdDSA");
    private static final byte[] PROBE = "which key is this?".getBytes(StandardCharsets.US_ASCII);

    private TlsFiles() {
    }

    /** A private key and its certificates, its own first. */
    static final class Identity {
        private final PrivateKey key;
        private final List<X509Certificate> chain;

        private Identity(PrivateKey key, List<X509Certificate> chain) {
            this.key = key;
            this.chain = List.copyOf(chain);
        }

        PrivateKey key() {
            return key;
        }

        List<X509Certificate> chain() {
            return chain;
        }
    }

    static Set<X509Certificate> trusted(Path file, String password) {
        byte[] content = read(file);
        Set<X509Certificate> trusted = new HashSet<>();
        if (isPem(content)) {
            trusted.addAll(certificates(file, content));
        } else {
            KeyStore store = store(file, password);
            try {
                for (String alias : Collections.list(store.aliases())) {
                    if (store.isCertificateEntry(alias) && store.getCertificate(alias) instanceof X509Certificate) {
                        trusted.add((X509Certificate) store.getCertificate(alias));
                    }
                }
            } catch (GeneralSecurityException e) {
                throw refuse(file, "holds no certificates that can be read", e);
            }
        }
        if (trusted.isEmpty()) {
            throw refuse(file, "holds no trusted certificate", null);
        }
        return Set.copyOf(trusted);
    }

    static Identity identity(Path file, String password) {
        byte[] content = read(file);
        return isPem(content) ? fromPem(file, content) : fromStore(file, password);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw refuse(file, "does not exist (looked for at " + file.toAbsolutePath() + ")", e);
        } catch (IOException e) {
            throw refuse(file, "cannot be read: " + e, e);
        }
    }

    private static boolean isPem(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1).contains("-----BEGIN ");
    }

    private static List<byte[]> blocks(Path file, byte[] content, String type) {
        List<byte[]> blocks = new ArrayList<>();
        Matcher matcher = PEM.matcher(new String(content, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            if (matcher.group(1).equals(type)) {
                try {
                    blocks.add(Base64.getMimeDecoder().decode(matcher.group(2)));
                } catch (IllegalArgumentException e) {
                    throw refuse(file, "holds a block " + type + " that is not in base64", null);
                }
            }
        }
        return blocks;
    }

    private static List<X509Certificate> certificates(Path file, byte[] content) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] block : blocks(file, content, CERTIFICATE)) {
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block)));
            }
        } catch (CertificateException e) {
            throw refuse(file, "holds a certificate that cannot be read", e);
        }
        return certificates;
    }

    private static Identity fromPem(Path file, byte[] content) {
        List<byte[]> keys = blocks(file, content, PKCS8);
        List<X509Certificate> chain = certificates(file, content);
        if (keys.size() != 1 || chain.isEmpty()) {
            throw refuse(file, "holds " + keys.size() + " unencrypted PKCS #8 keys (BEGIN PRIVATE KEY) and " + chain.size()
                + " certificates; expected one key, and the certificates with its own first. An encrypted key belongs into a"
                + " PKCS #12 store, and \"openssl pkcs8 -topk8 -nocrypt\" converts other kinds", null);
        }
        return new Identity(fitting(file, key(file, keys.get(0)), chain.get(0)), chain);
    }

    private static PrivateKey key(Path file, byte[] pkcs8) {
        // The algorithm stands inside, where only the right factory can read it.
        return SIGNATURES.keySet().stream()
            .flatMap(algorithm -> keyOf(algorithm, pkcs8).stream())
            .findFirst()
            .orElseThrow(() -> refuse(file, "holds a private key that is none of RSA, EC and EdDSA", null));
    }

    private static Optional<PrivateKey> keyOf(String algorithm, byte[] pkcs8) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
        } catch (GeneralSecurityException notThisOne) {
            return Optional.empty();
        }
    }

    /** A key beside another one's certificate would only be noticed by a server, and there it looks like a broken handshake. */
    private static PrivateKey fitting(Path file, PrivateKey key, X509Certificate certificate) {
        try {
            Signature signature = Signature.getInstance(SIGNATURES.get(key.getAlgorithm()));
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(PROBE);
            if (signature.verify(signed)) {
                return key;
            }
        } catch (InvalidKeyException | SignatureException e) {
            throw refuse(file, "holds a private key that does not belong to its first certificate", e);
        } catch (GeneralSecurityException e) {
            throw refuse(file, "holds a private key that this JVM cannot use", e);
        }
        throw refuse(file, "holds a private key that does not belong to its first certificate", null);
    }

    private static Identity fromStore(Path file, String password) {
        KeyStore store = store(file, password);
        List<Identity> found = new ArrayList<>();
        try {
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias) && store.getCertificateChain(alias) != null) {
                    List<X509Certificate> chain = new ArrayList<>();
                    for (Certificate certificate : store.getCertificateChain(alias)) {
                        chain.add((X509Certificate) certificate);
                    }
                    found.add(new Identity((PrivateKey) store.getKey(alias, characters(password)), chain));
                }
            }
        } catch (UnrecoverableKeyException e) {
            throw refuse(file, "holds a key that this password does not open", e);
        } catch (GeneralSecurityException e) {
            throw refuse(file, "holds a key that cannot be used", e);
        }
        if (found.size() != 1) {
            throw refuse(file, "holds " + found.size() + " private keys with certificates; expected one", null);
        }
        return found.get(0);
    }

    private static KeyStore store(Path file, String password) {
        try {
            return KeyStore.getInstance(file.toFile(), characters(password));
        } catch (IOException e) {
            throw refuse(file, e.getCause() instanceof UnrecoverableKeyException
                ? password == null ? "needs a password" : "is not opened by this password"
                : "is neither PEM nor a PKCS #12 or JKS store that can be read", e);
        } catch (GeneralSecurityException e) {
            throw refuse(file, "is neither PEM nor a PKCS #12 or JKS store that can be read", e);
        }
    }

    /** Without a password a PKCS #12 store shows no certificate that is encrypted, and an empty one is what "none" means. */
    private static char[] characters(String password) {
        return password == null ? new char[0] : password.toCharArray();
    }

    private static IllegalArgumentException refuse(Path file, String what, Exception cause) {
        return new IllegalArgumentException("The file " + file + " " + what, cause);
    }
}
