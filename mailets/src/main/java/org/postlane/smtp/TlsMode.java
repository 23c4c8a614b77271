// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

/** How much TLS a session needs. Part of what makes two sessions different: they never share a connection. */
public enum TlsMode {
    /** Never, even where the server offers it. */
    NONE,
    /** STARTTLS where it is offered and works, without looking at the certificate; otherwise plain (RFC 7435). */
    OPPORTUNISTIC,
    /** STARTTLS or nothing; any certificate. */
    REQUIRED,
    /** STARTTLS or nothing, with a certificate that a trusted authority issued for the server's name. */
    VERIFIED,
    /** STARTTLS where it is offered, and then with a certificate as for {@link #VERIFIED}; plain where it is not offered. */
    VERIFIED_IF_OFFERED,
    /** TLS from the first octet (RFC 8314 3.3); any certificate. */
    IMPLICIT,
    /** TLS from the first octet, with a certificate as for {@link #VERIFIED}. */
    IMPLICIT_VERIFIED;

    boolean isImplicit() {
        return this == IMPLICIT || this == IMPLICIT_VERIFIED;
    }

    boolean isVerified() {
        return this == VERIFIED || this == VERIFIED_IF_OFFERED || this == IMPLICIT_VERIFIED;
    }

    boolean needsStartTls() {
        return this == REQUIRED || this == VERIFIED;
    }
}
