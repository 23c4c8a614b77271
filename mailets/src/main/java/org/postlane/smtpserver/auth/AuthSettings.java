// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.auth;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

import org.postlane.james.Parameters;

/** The parameters of {@link AuthHandler}, but for those that all listeners share. Immutable. */
final class AuthSettings {
    static final String MECHANISMS = "mechanisms";
    static final String MAX_FAILURES = "maxFailures";
    static final String FAILURE_DELAY = "failureDelay";
    static final String CLIENT_CERTIFICATE = "clientCertificate";

    /** A client with an outdated password tries three mechanisms with it. */
    private static final int DEFAULT_MAX_FAILURES = 5;
    /** As Dovecot's auth_failure_delay: nothing to a person, a lot to a list of passwords. */
    private static final Duration DEFAULT_DELAY = Duration.ofSeconds(2);
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);
    private static final Set<Mechanism> DEFAULT_MECHANISMS = EnumSet.complementOf(EnumSet.of(Mechanism.CRAM_MD5));

    private final Set<Mechanism> mechanisms;
    private final int maxFailures;
    private final Duration failureDelay;
    private final boolean clientCertificateOptional;

    AuthSettings(Parameters parameters) {
        String names = "one or more of " + EnumSet.allOf(Mechanism.class) + ", with spaces between them";
        mechanisms = parameters.text(MECHANISMS, names).map(text -> {
            Set<Mechanism> listed = EnumSet.noneOf(Mechanism.class);
            Arrays.stream(text.split("[\\s,]+"))
                .forEach(name -> listed.add(Mechanism.of(name).orElseThrow(() -> parameters.error(MECHANISMS, names))));
            return listed;
        }).orElse(DEFAULT_MECHANISMS);
        maxFailures = parameters.wholeNumber(MAX_FAILURES, DEFAULT_MAX_FAILURES, 1, 1_000);
        failureDelay = parameters.duration(FAILURE_DELAY, DEFAULT_DELAY, Duration.ZERO, LONGEST_DELAY);
        String expected = "required (as James has it where <tls> holds <clientAuth>) or optional";
        clientCertificateOptional = parameters.text(CLIENT_CERTIFICATE, expected).map(text -> {
            if (!text.equals("optional") && !text.equals("required")) {
                throw parameters.error(CLIENT_CERTIFICATE, expected);
            }
            return text.equals("optional");
        }).orElse(false);
    }

    boolean has(Mechanism mechanism) {
        return mechanisms.contains(mechanism);
    }

    int maxFailures() {
        return maxFailures;
    }

    Duration failureDelay() {
        return failureDelay;
    }

    /** Whether a client without a certificate may come too, where {@code <tls>} asks for one. */
    boolean isClientCertificateOptional() {
        return clientCertificateOptional;
    }
}
