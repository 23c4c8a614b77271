// SPDX-License-Identifier: Apache-2.0
package org.postlane.credential;

import java.time.Duration;
import java.util.Objects;

import org.postlane.james.Parameters;

/** What all listeners of a James must agree on, because they share the credentials. Immutable. */
public final class CredentialSettings {
    /** Names the file. */
    public static final String FILE = "credentials";
    /** How slow a SCRAM password is to try. */
    public static final String ITERATIONS = "scramIterations";
    /** For users whose stored password cannot be read. */
    public static final String MAX_AGE = "unboundMaxAge";

    /** In James' directory for what changes. */
    static final String DEFAULT_FILE = "file://var/postlane/credentials";
    /** OWASP Password Storage Cheat Sheet (2023) for PBKDF2-HMAC-SHA256; RFC 7677 4 asks for 4096 at the very least. */
    static final int DEFAULT_ITERATIONS = 600_000;
    /** RFC 7677 4. */
    private static final int FEWEST_ITERATIONS = 4096;
    /** More than this clients refuse, for a server could stop them with it. */
    private static final int MOST_ITERATIONS = 1_000_000;
    private static final Duration LONGEST_AGE = Duration.ofDays(365);

    private final String file;
    private final int iterations;
    private final Duration unboundMaxAge;

    CredentialSettings(String file, int iterations, Duration unboundMaxAge) {
        this.file = file;
        this.iterations = iterations;
        this.unboundMaxAge = unboundMaxAge;
    }

    /** As a listener has them. */
    public static CredentialSettings read(Parameters parameters) {
        return new CredentialSettings(parameters.text(FILE, "a file such as " + DEFAULT_FILE).orElse(DEFAULT_FILE),
            parameters.wholeNumber(ITERATIONS, DEFAULT_ITERATIONS, FEWEST_ITERATIONS, MOST_ITERATIONS),
            parameters.duration(MAX_AGE, Duration.ZERO, Duration.ZERO, LONGEST_AGE));
    }

    /** As the administrator wrote it. */
    String file() {
        return file;
    }

    /** Rounds of hashing for new credentials. */
    int iterations() {
        return iterations;
    }

    /** How long a credential serves a user whose stored password James does not show; zero: not at all. */
    Duration unboundMaxAge() {
        return unboundMaxAge;
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof CredentialSettings)) {
            return false;
        }
        CredentialSettings other = (CredentialSettings) o;
        return file.equals(other.file) && iterations == other.iterations && unboundMaxAge.equals(other.unboundMaxAge);
    }

    @Override
    public int hashCode() {
        return Objects.hash(file, iterations, unboundMaxAge);
    }

    @Override
    public String toString() {
        return "<" + FILE + ">" + file + ", <" + ITERATIONS + ">" + iterations + ", <" + MAX_AGE + ">"
            + Parameters.spell(unboundMaxAge);
    }
}
