// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import org.postlane.james.JamesFiles;
import org.postlane.smtp.TlsMaterial;
import org.postlane.smtp.TlsMode;
import org.postlane.smtp.sasl.Credentials;
import org.postlane.smtp.sasl.SaslMechanism;

/**
 * The options of one gateway of {@code <routes>}: its own, and those of its rule where it has none of its own. User and password
 * go together: a gateway with either takes neither from its rule. Every method throws an {@link IllegalArgumentException} that
 * says what was expected, and never what a password is.
 */
final class RouteOptions {
    private static final String ORDER = "order";
    private static final String TLS = "tls";
    private static final String USER = "user";
    private static final String PASSWORD = "password";
    private static final String PASSWORD_FILE = "passwordFile";
    private static final String MECHANISM = "mechanism";
    private static final String WITHOUT_TLS = "authWithoutTls";
    private static final String AUTHORIZATION_ID = "authorizationId";
    private static final Set<String> OF_CREDENTIALS =
        Set.of(USER, PASSWORD, PASSWORD_FILE, MECHANISM, WITHOUT_TLS, AUTHORIZATION_ID);
    private static final String TRUST_STORE = "trustStore";
    private static final String TRUST_STORE_PASSWORD = "trustStorePassword";


    private final JamesFiles files;
    private final Map<String, String> ofRule;
    private final Map<String, String> own;

    RouteOptions(JamesFiles files, Map<String, String> ofRule, Map<String, String> own) {
        this.files = files;
        this.ofRule = ofRule;
        this.own = own;
        checkKnown(ofRule, true);
        checkKnown(own, false);
    }

    private static void checkKnown(Map<String, String> options, boolean ofRule) {
        Set<String> known = new TreeSet<>(OF_CREDENTIALS);
        known.addAll(Set.of(TLS, TRUST_STORE, TRUST_STORE_PASSWORD));
        if (ofRule) {
            known.add(ORDER);
        }
        for (String key : options.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException("expected options among " + String.join("=, ", known) + "= "
                    + (ofRule ? "behind a rule" : "in parentheses") + ", not " + key + "=");
            }
        }
    }

    /** How much TLS; empty where nothing is written. */
    Optional<TlsMode> tls() {
        return Optional.ofNullable(own.getOrDefault(TLS, ofRule.get(TLS))).map(written -> {
            try {
                return TlsParameters.mode(written);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("expected tls= and one of " + TlsParameters.MODES + ", not " + written, e);
            }
        });
    }

    /** What that comes to where TLS begins with the first octet. */
    TlsMode implicitTls() {
        TlsMode mode = tls().orElse(TlsMode.VERIFIED);
        if (mode != TlsMode.VERIFIED && mode != TlsMode.REQUIRED) {
            throw new IllegalArgumentException("expected tls=verified or tls=required with smtps://, which is TLS from the"
                + " first octet");
        }
        return mode == TlsMode.VERIFIED ? TlsMode.IMPLICIT_VERIFIED : TlsMode.IMPLICIT;
    }

    /** As whom; empty for nobody. */
    Optional<Credentials> credentials() {
        Map<String, String> from = own.keySet().stream().anyMatch(OF_CREDENTIALS::contains) ? own : ofRule;
        String user = from.get(USER);
        if (user == null) {
            if (from.keySet().stream().anyMatch(OF_CREDENTIALS::contains)) {
                throw new IllegalArgumentException("expected user= beside password=, passwordFile=, mechanism=,"
                    + " authorizationId= and authWithoutTls=");
            }
            return Optional.empty();
        }
        if (from.containsKey(PASSWORD) == from.containsKey(PASSWORD_FILE)) {
            throw new IllegalArgumentException("expected either password= or passwordFile= beside user=");
        }
        String password = from.containsKey(PASSWORD) ? from.get(PASSWORD) : PasswordFile.read(files, from.get(PASSWORD_FILE));
        boolean withoutTls = withoutTls(from);
        Optional<SaslMechanism> mechanism = Optional.ofNullable(from.get(MECHANISM)).map(RouteOptions::mechanism);
        try {
            Credentials credentials = Credentials.password(user, password).allowedWithoutTls(withoutTls);
            String identity = from.get(AUTHORIZATION_ID);
            if (identity != null) {
                credentials = credentials.withAuthorizationId(identity);
            }
            return Optional.of(mechanism.isPresent() ? credentials.withMechanism(mechanism.get()) : credentials);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("expected user=, password=, mechanism= and authorizationId= that go together: "
                + e.getMessage(), e);
        }
    }

    /** What the gateway's certificate is judged by; empty where nothing is written. */
    Optional<TlsMaterial> trust() {
        Map<String, String> from = own.containsKey(TRUST_STORE) || own.containsKey(TRUST_STORE_PASSWORD) ? own : ofRule;
        String file = from.get(TRUST_STORE);
        if (file == null) {
            if (from.containsKey(TRUST_STORE_PASSWORD)) {
                throw new IllegalArgumentException("expected trustStore= beside trustStorePassword=");
            }
            return Optional.empty();
        }
        if (tls().filter(mode -> mode != TlsMode.VERIFIED).isPresent()) {
            throw new IllegalArgumentException("expected tls=verified beside trustStore=: nothing else looks at certificates");
        }
        try {
            return Optional.of(TlsMaterial.DEFAULT.trusting(files.path(file), from.get(TRUST_STORE_PASSWORD)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("expected trustStore= with certificates in PEM, or a PKCS #12 or JKS store: "
                + e.getMessage(), e);
        }
    }

    private static boolean withoutTls(Map<String, String> from) {
        String written = from.getOrDefault(WITHOUT_TLS, "false");
        if (!written.equals("true") && !written.equals("false")) {
            throw new IllegalArgumentException("expected authWithoutTls=true or authWithoutTls=false");
        }
        return written.equals("true");
    }

    private static SaslMechanism mechanism(String written) {
        return CredentialParameters.mechanismOf(written).orElseThrow(() ->
            new IllegalArgumentException("expected mechanism= and one of " + CredentialParameters.MECHANISM_NAMES));
    }
}
