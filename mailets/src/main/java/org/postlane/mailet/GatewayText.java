// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.postlane.route.HostAndPort;
import org.postlane.smtp.Protocol;

/** Where a gateway of {@code <routes>} is, as it is written: {@code [scheme://]host[:port][*weight]}. Immutable. */
final class GatewayText {
    static final int HEAVIEST = 1000;

    private static final Pattern FORM = Pattern.compile("(?:([A-Za-z]+)://)?([^*]+)(?:\\*(\\d{1,4}))?");

    /** What is spoken, and on which port where none is written. */
    enum Scheme {
        SMTP(Protocol.SMTP, Ports.SMTP),
        /** TLS from the first octet (RFC 8314). */
        SMTPS(Protocol.SMTP, Ports.SMTPS),
        LMTP(Protocol.LMTP, Ports.LMTP);

        private final Protocol protocol;
        private final int port;

        Scheme(Protocol protocol, int port) {
            this.protocol = protocol;
            this.port = port;
        }

        Protocol protocol() {
            return protocol;
        }
    }

    private final Scheme scheme;
    private final HostAndPort host;
    private final Integer weight;

    private GatewayText(Scheme scheme, HostAndPort host, Integer weight) {
        this.scheme = scheme;
        this.host = host;
        this.weight = weight;
    }

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException that says what was expected
     */
    static GatewayText parse(String written) {
        Matcher form = FORM.matcher(written);
        String expected = "expected smtp://, smtps://, lmtp:// or nothing, a host, then :PORT and *WEIGHT (1 to " + HEAVIEST
            + ") or neither" + (written.indexOf('=') < 0 ? ", not " + written : "");
        if (!form.matches()) {
            throw new IllegalArgumentException(expected);
        }
        Scheme scheme = Arrays.stream(Scheme.values())
            .filter(one -> one.name().equals(Optional.ofNullable(form.group(1)).orElse("smtp").toUpperCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(expected));
        Integer weight = form.group(3) == null ? null : Integer.valueOf(form.group(3));
        if (weight != null && (weight < 1 || weight > HEAVIEST)) {
            throw new IllegalArgumentException(expected);
        }
        try {
            HostAndPort host = HostAndPort.parse(form.group(2));
            if (host.host().matches(".*[=\"/@].*")) {
                throw new IllegalArgumentException(expected);
            }
            return new GatewayText(scheme, host, weight);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(expected, e);
        }
    }

    Scheme scheme() {
        return scheme;
    }

    String host() {
        return host.host();
    }

    int port() {
        return host.port().orElse(scheme.port);
    }

    /** Empty where none is written. */
    Optional<Integer> weight() {
        return Optional.ofNullable(weight);
    }
}
