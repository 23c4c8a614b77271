// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.postlane.james.ConfigurationError;
import org.postlane.james.JamesFiles;
import org.postlane.james.Parameters;
import org.postlane.smtp.TlsMaterial;
import org.postlane.smtp.TlsMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads whom an element trusts and which certificate it shows. The files are read once, at the start. */
final class TlsParameters {
    /** The words for modes. */
    static final String MODES = "none, opportunistic, required or verified";
    static final String TRUST_STORE = "tlsTrustStore";
    static final String TRUST_STORE_PASSWORD = "tlsTrustStorePassword";
    static final String CLIENT_KEY = "tlsClientKey";
    static final String CLIENT_KEY_PASSWORD = "tlsClientKeyPassword";

    private static final Logger LOGGER = LoggerFactory.getLogger(PooledRemoteDelivery.class);
    private static final Set<TlsMode> VERIFYING =
        EnumSet.of(TlsMode.VERIFIED, TlsMode.VERIFIED_IF_OFFERED, TlsMode.IMPLICIT_VERIFIED);

    private TlsParameters() {
    }

    /**
     * A mode as it is written, in any case.
     *
     * @throws IllegalArgumentException for what is not one of {@link #MODES}
     */
    static TlsMode mode(String written) {
        return Stream.of(TlsMode.NONE, TlsMode.OPPORTUNISTIC, TlsMode.REQUIRED, TlsMode.VERIFIED)
            .filter(mode -> mode.name().equals(written.toUpperCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(written));
    }

    /**
     * The material, with a warning where none of the modes makes use of it.
     *
     * @throws ConfigurationError for a file that cannot be used, and for a password without its file
     */
    static TlsMaterial read(Parameters parameters, JamesFiles files, Collection<TlsMode> modes) {
        Optional<Path> trust = file(parameters, files, TRUST_STORE, TRUST_STORE_PASSWORD,
            "a file with certificates in PEM, or a PKCS #12 or JKS store");
        Optional<Path> key = file(parameters, files, CLIENT_KEY, CLIENT_KEY_PASSWORD,
            "a file with a private key and its certificates in PEM, or a PKCS #12 or JKS store");
        if (trust.isPresent() && modes.stream().noneMatch(VERIFYING::contains)) {
            LOGGER.warn("{}: <{}> has no effect: the TLS of this element takes any certificate, or is off", parameters.where(),
                TRUST_STORE);
        }
        if (key.isPresent() && modes.stream().allMatch(mode -> mode == TlsMode.NONE)) {
            LOGGER.warn("{}: <{}> has no effect: the TLS of this element is off", parameters.where(), CLIENT_KEY);
        }
        TlsMaterial material = TlsMaterial.DEFAULT;
        if (trust.isPresent()) {
            String password = password(parameters, TRUST_STORE_PASSWORD);
            material = used(parameters, TRUST_STORE, material, each -> each.trusting(trust.get(), password));
        }
        if (key.isPresent()) {
            String password = password(parameters, CLIENT_KEY_PASSWORD);
            material = used(parameters, CLIENT_KEY, material, each -> each.withClientKey(key.get(), password));
        }
        return material;
    }

    private static Optional<Path> file(Parameters parameters, JamesFiles files, String key, String passwordKey,
                                       String expected) {
        Optional<String> written = parameters.text(key, expected);
        if (parameters.isSet(passwordKey) && written.isEmpty()) {
            throw new ConfigurationError(parameters.where() + ": <" + passwordKey + "> is written without <" + key
                + ">: expected both or neither");
        }
        return written.map(text -> {
            try {
                return files.path(text);
            } catch (IllegalArgumentException e) {
                throw parameters.error(key, expected);
            }
        });
    }

    private static String password(Parameters parameters, String key) {
        return parameters.isSet(key) ? parameters.raw(key) : null;
    }

    private static TlsMaterial used(Parameters parameters, String key, TlsMaterial material,
                                    UnaryOperator<TlsMaterial> use) {
        try {
            return use.apply(material);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationError(parameters.where() + ": <" + key + ">: " + e.getMessage());
        }
    }
}
