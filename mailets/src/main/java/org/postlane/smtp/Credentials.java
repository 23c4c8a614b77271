// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.Objects;

/** A user and a secret for AUTH (RFC 4954). The secret shows in no text that this class makes. Immutable. */
public final class Credentials {
    private final String user;
    private final String secret;
    private final boolean allowedWithoutTls;

    /**
     * Credentials.
     *
     * @param allowedWithoutTls whether they may be sent where anybody on the way can read them
     * @throws IllegalArgumentException for a NUL in either, which PLAIN uses as its separator (RFC 4616)
     */
    public Credentials(String user, String secret, boolean allowedWithoutTls) {
        if (user.indexOf('\0') >= 0 || secret.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("User name and password cannot hold a NUL (RFC 4616)");
        }
        this.user = user;
        this.secret = secret;
        this.allowedWithoutTls = allowedWithoutTls;
    }

    /** The user name. */
    public String user() {
        return user;
    }

    String secret() {
        return secret;
    }

    boolean isAllowedWithoutTls() {
        return allowedWithoutTls;
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof Credentials)) {
            return false;
        }
        Credentials other = (Credentials) o;
        return user.equals(other.user) && secret.equals(other.secret) && allowedWithoutTls == other.allowedWithoutTls;
    }

    @Override
    public int hashCode() {
        return Objects.hash(user, secret, allowedWithoutTls);
    }

    @Override
    public String toString() {
        return user + ":***";
    }
}
