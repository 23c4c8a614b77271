// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What AUTH takes, in the order in which it is announced: some clients use the first that they know. */
enum Mechanism {
    /** RFC 5802 with channel binding: who sits between client and server cannot pass the dialogue on. */
    SCRAM_SHA_256_PLUS("SCRAM-SHA-256-PLUS"),
    /** RFC 7677. */
    SCRAM_SHA_256("SCRAM-SHA-256"),
    /** RFC 4422 appendix A: the certificate of the TLS session says who it is. */
    EXTERNAL("EXTERNAL"),
    /** RFC 4616. */
    PLAIN("PLAIN"),
    /** PLAIN in two steps, without an RFC. */
    LOGIN("LOGIN"),
    /** RFC 2195; never on by itself. */
    CRAM_MD5("CRAM-MD5");

    private final String saslName;

    Mechanism(String saslName) {
        this.saslName = saslName;
    }

    String saslName() {
        return saslName;
    }

    static Optional<Mechanism> of(String name) {
        return Arrays.stream(values()).filter(each -> each.saslName.equals(name.toUpperCase(Locale.US))).findFirst();
    }

    @Override
    public String toString() {
        return saslName;
    }
}
