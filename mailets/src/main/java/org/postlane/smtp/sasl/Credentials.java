// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;

/**
 * Who a client is and how it proves that (RFC 4954). The secret shows in no text that this class makes, and only the
 * mechanisms can read it. Two that differ in anything may not share a connection. Immutable.
 */
public final class Credentials {
    /** What the secret is. */
    enum Kind { PASSWORD, TOKEN }

    private final Kind kind;
    private final String user;
    private final String secret;
    private final String authorizationId;
    private final SaslMechanism mechanism;
    private final boolean allowedWithoutTls;

    private Credentials(Kind kind, String user, String secret, String authorizationId, SaslMechanism mechanism,
                        boolean allowedWithoutTls) {
        this.kind = kind;
        this.user = user;
        this.secret = secret;
        this.authorizationId = authorizationId;
        this.mechanism = mechanism;
        this.allowedWithoutTls = allowedWithoutTls;
        if (mechanism != null && !mechanism.serves(this)) {
            throw new IllegalArgumentException(mechanism + " cannot be used with " + describe());
        }
    }

    /**
     * A user name and a password.
     *
     * @throws IllegalArgumentException for a user name that is empty or holds a control character, and for a password that
     *     holds a NUL, which PLAIN uses as its separator (RFC 4616)
     */
    public static Credentials password(String user, String password) {
        if (password.indexOf('\0') >= 0 || !isUnicode(password)) {
            throw new IllegalArgumentException("A password cannot hold a NUL or half a character");
        }
        return new Credentials(Kind.PASSWORD, name(user), password, null, null, false);
    }

    /**
     * A user name and an OAuth 2.0 bearer token (RFC 6750).
     *
     * @throws IllegalArgumentException for a user name that is empty or holds a control character, and for a token that is empty
     *     or holds anything but visible ASCII
     */
    public static Credentials bearer(String user, String token) {
        // RFC 6750 2.1 allows less; tokens in the field hold '!' and '*' too. A control character would forge a field.
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw new IllegalArgumentException("A token is one or more visible ASCII characters without spaces");
        }
        return new Credentials(Kind.TOKEN, name(user), token, null, null, false);
    }

    private static String name(String name) {
        if (name.isEmpty() || !isUnicode(name) || name.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("A name for AUTH has at least one character and no control characters");
        }
        return name;
    }

    private static boolean isUnicode(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /**
     * The same, to act as somebody else (RFC 4422 3.4.1).
     *
     * @throws IllegalArgumentException for an identity that is empty or holds a control character, and where the mechanism
     *     is fixed to one that has no such identity
     */
    public Credentials withAuthorizationId(String identity) {
        return new Credentials(kind, user, secret, name(identity), mechanism, allowedWithoutTls);
    }

    /**
     * The same, for this mechanism and no other: a server that does not offer it is not authenticated to.
     *
     * @throws IllegalArgumentException where the mechanism cannot use these credentials
     */
    public Credentials withMechanism(SaslMechanism only) {
        return new Credentials(kind, user, secret, authorizationId, Objects.requireNonNull(only), allowedWithoutTls);
    }

    /**
     * The same, allowed or not to be used over a connection without TLS. That holds for every mechanism. PLAIN, LOGIN and
     * tokens show the secret to anybody on the way. SCRAM-SHA-256 and CRAM-MD5 do not, but what they do show is enough to try
     * passwords against at leisure, and whoever sits on the way can take the session over once it is authenticated.
     */
    public Credentials allowedWithoutTls(boolean allowed) {
        return new Credentials(kind, user, secret, authorizationId, mechanism, allowed);
    }

    /** The user name. */
    public String user() {
        return user;
    }

    /** As whom to act, where that is somebody else. */
    public Optional<String> authorizationId() {
        return Optional.ofNullable(authorizationId);
    }

    /** The one mechanism to use; empty for the best that is offered. */
    public Optional<SaslMechanism> mechanism() {
        return Optional.ofNullable(mechanism);
    }

    /** Whether they may be used where anybody on the way can read along. */
    public boolean isAllowedWithoutTls() {
        return allowedWithoutTls;
    }

    Kind kind() {
        return kind;
    }

    String secret() {
        return secret;
    }

    /** Takes the secret, also in base64, out of what a server said: some servers quote what they did not understand. */
    public Redaction redaction() {
        return new Redaction().hiding(secret)
            .hiding(Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
    }

    /** What they are, in words for a message. */
    public String describe() {
        return (kind == Kind.TOKEN ? "a token" : secret.isEmpty() ? "an empty password" : "a password")
            + (authorizationId == null ? "" : " and an authorization identity");
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof Credentials)) {
            return false;
        }
        Credentials other = (Credentials) o;
        return kind == other.kind && user.equals(other.user) && secret.equals(other.secret)
            && Objects.equals(authorizationId, other.authorizationId) && mechanism == other.mechanism
            && allowedWithoutTls == other.allowedWithoutTls;
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, user, secret, authorizationId, mechanism, allowedWithoutTls);
    }

    @Override
    public String toString() {
        return user + ":***" + (authorizationId == null ? "" : " as " + authorizationId)
            + (mechanism == null ? "" : " by " + mechanism);
    }
}
