// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import org.postlane.smtp.sasl.Credentials.Kind;

/**
 * The mechanisms, best first. SCRAM comes first: the server proves that it knows the password and never learns it. For tokens the
 * standard comes before what it grew out of. PLAIN hands the password to the server, but in one step, as a standard, for any
 * characters and with an authorization identity. CRAM-MD5 comes behind it although it hides the password: TLS hides it
 * already, the server must keep it readable, and the server proves nothing. LOGIN is PLAIN without a standard and in three steps.
 */
public enum SaslMechanism {
    /** RFC 5802 and RFC 7677, without channel binding. */
    SCRAM_SHA_256("SCRAM-SHA-256"),
    /** RFC 7628. */
    OAUTHBEARER("OAUTHBEARER"),
    /** What Google and Microsoft offered before RFC 7628, and mostly still do. */
    XOAUTH2("XOAUTH2"),
    /** RFC 4616. */
    PLAIN("PLAIN"),
    /** RFC 2195; it has no authorization identity. */
    CRAM_MD5("CRAM-MD5"),
    /** No RFC; it has no authorization identity. */
    LOGIN("LOGIN");

    private final String saslName;

    SaslMechanism(String saslName) {
        this.saslName = saslName;
    }

    /** The mechanism of that registered name, in any case; empty for one that is not here. */
    public static Optional<SaslMechanism> of(String saslName) {
        return Arrays.stream(values()).filter(each -> each.saslName.equals(saslName.toUpperCase(Locale.US))).findFirst();
    }

    /**
     * The one that the credentials are fixed to, or else the best that can use them; empty where it is not offered.
     *
     * @param offered names in upper case
     */
    public static Optional<SaslMechanism> choose(Credentials credentials, Set<String> offered) {
        return Arrays.stream(values())
            .filter(each -> credentials.mechanism().map(only -> only == each).orElseGet(() -> each.serves(credentials)))
            .filter(each -> offered.contains(each.saslName))
            .findFirst();
    }

    /** The registered name, as AUTH says it. */
    public String saslName() {
        return saslName;
    }

    /** Whether it can use these. */
    public boolean serves(Credentials credentials) {
        switch (this) {
            case OAUTHBEARER:
            case XOAUTH2:
                return credentials.kind() == Kind.TOKEN;
            case SCRAM_SHA_256:
                return ScramSha256.serves(credentials);
            case PLAIN:
                return credentials.kind() == Kind.PASSWORD;
            case CRAM_MD5:
            case LOGIN:
                return credentials.kind() == Kind.PASSWORD && credentials.authorizationId().isEmpty();
            default:
                throw new IllegalStateException("No credentials are defined for " + this);
        }
    }

    /** Whether an answer takes so long that no event loop may compute it. */
    public boolean isCostly() {
        return this == SCRAM_SHA_256;
    }

    /** A new exchange, for one connection and credentials that it {@linkplain #serves serves}. */
    public SaslExchange begin(Credentials credentials, SaslServer server) {
        switch (this) {
            case SCRAM_SHA_256:
                return new ScramSha256(credentials, server);
            case OAUTHBEARER:
                return Bearer.standard(credentials, server);
            case XOAUTH2:
                return Bearer.older(credentials);
            case PLAIN:
                return new Plain(credentials);
            case CRAM_MD5:
                return new CramMd5(credentials);
            case LOGIN:
                return new Login(credentials);
            default:
                throw new IllegalStateException("No exchange is defined for " + this);
        }
    }

    @Override
    public String toString() {
        return saslName;
    }
}
