// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.Optional;

/**
 * A host as it is written in configuration and, by some resolvers, in MX answers: {@code name}, {@code name:port},
 * {@code 192.0.2.1:port}, {@code [2001:db8::1]:port}. Immutable.
 */
public final class HostAndPort {
    private static final int HIGHEST_PORT = 65_535;

    private final String host;
    private final Integer port;

    private HostAndPort(String host, Integer port) {
        this.host = host;
        this.port = port;
    }

    /**
     * Reads a host.
     *
     * @throws IllegalArgumentException for a name that is empty or has a space, a control character or a bracket in it, and
     *     for a port outside 1 to 65535
     */
    public static HostAndPort parse(String text) {
        String trimmed = text.trim();
        int bracket = trimmed.indexOf(']');
        int colon = trimmed.indexOf(':', Math.max(bracket, 0));
        boolean bareIpv6 = bracket < 0 && trimmed.indexOf(':') != trimmed.lastIndexOf(':');
        String host = colon < 0 || bareIpv6 ? trimmed : trimmed.substring(0, colon);
        String name = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        // The root dot of a fully qualified name is no part of a certificate's name.
        name = name.endsWith(".") && name.length() > 1 ? name.substring(0, name.length() - 1) : name;
        if (name.isEmpty() || name.endsWith(".") || name.chars().anyMatch(HostAndPort::isInNoHost)) {
            throw new IllegalArgumentException("No host: " + text);
        }
        return new HostAndPort(name, colon < 0 || bareIpv6 ? null : parsePort(trimmed.substring(colon + 1)));
    }

    private static boolean isInNoHost(int c) {
        return Character.isISOControl(c) || Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '[' || c == ']';
    }

    private static Integer parsePort(String text) {
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > HIGHEST_PORT) {
            throw new IllegalArgumentException("No port from 1 to " + HIGHEST_PORT + ": " + text);
        }
        return Integer.valueOf(text);
    }

    /** The name or address, without brackets. */
    public String host() {
        return host;
    }

    /** The port, where one was written. */
    public Optional<Integer> port() {
        return Optional.ofNullable(port);
    }

    @Override
    public String toString() {
        return port == null ? host : host + ":" + port;
    }
}
