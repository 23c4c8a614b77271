// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * What a session needs for TLS besides its mode: the authorities that it trusts, and the certificate with which it shows who it
 * is itself (mutual TLS). Both come from files that are read once; two materials with the same content are equal, wherever it
 * came from. An expired certificate is taken: who is shown it decides. Immutable; no key shows in any text that it makes.
 */
public final class TlsMaterial {
    /** The JVM's trust store and no client certificate. */
    public static final TlsMaterial DEFAULT = new TlsMaterial(null, List.of(), null);

    private final Set<X509Certificate> trusted;
    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private TlsMaterial(Set<X509Certificate> trusted, List<X509Certificate> chain, PrivateKey key) {
        this.trusted = trusted;
        this.chain = chain;
        this.key = key;
    }

    /**
     * The same, trusting these certificates instead of the JVM's trust store.
     *
     * @param file certificates in PEM, or a PKCS #12 or JKS store
     * @param password the store's; null for none, and for PEM
     * @throws IllegalArgumentException that names the file where it cannot be read or holds no trusted certificate
     */
    public TlsMaterial trusting(Path file, String password) {
        return new TlsMaterial(TlsFiles.trusted(file, password), chain, key);
    }

    /**
     * The same, showing the certificate of this file to servers that ask for one.
     *
     * @param file a chain of certificates, the client's own first, and its private key (unencrypted PKCS #8), both in PEM, or a
     *     PKCS #12 or JKS store with one private key
     * @param password the store's and the key's; null for none, and for PEM
     * @throws IllegalArgumentException that names the file where it cannot be read, or does not hold exactly one key with its
     *     certificate
     */
    public TlsMaterial withClientKey(Path file, String password) {
        TlsFiles.Identity identity = TlsFiles.identity(file, password);
        return new TlsMaterial(trusted, identity.chain(), identity.key());
    }

    /** The same certificate to show, trusting what the other one trusts. */
    public TlsMaterial withTrustOf(TlsMaterial other) {
        return new TlsMaterial(other.trusted, chain, key);
    }

    /** Whether it trusts something else than the JVM's trust store. */
    public boolean hasOwnTrust() {
        return trusted != null;
    }

    /** Null for the JVM's. */
    TrustManagerFactory trustManagers() {
        if (trusted == null) {
            return null;
        }
        try {
            KeyStore store = empty();
            int number = 0;
            for (X509Certificate certificate : trusted) {
                store.setCertificateEntry(String.valueOf(number++), certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("This JVM cannot use certificates that it has read", e);
        }
    }

    /** Null for none. */
    KeyManagerFactory keyManagers() {
        if (key == null) {
            return null;
        }
        try {
            char[] unused = new char[0];
            KeyStore store = empty();
            store.setKeyEntry("client", key, unused, chain.toArray(new X509Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, unused);
            return factory;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("This JVM cannot use a key that it has read", e);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof TlsMaterial)) {
            return false;
        }
        TlsMaterial other = (TlsMaterial) o;
        return Objects.equals(trusted, other.trusted) && chain.equals(other.chain) && Objects.equals(key, other.key);
    }

    @Override
    public int hashCode() {
        // The chain tells the keys apart.
        return Objects.hash(trusted, chain);
    }

    @Override
    public String toString() {
        return (trusted == null ? "the JVM's trust store" : trusted.size() + " trusted certificates")
            + (chain.isEmpty() ? "" : ", showing " + chain.get(0).getSubjectX500Principal());
    }
}
