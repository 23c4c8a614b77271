// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

import com.google.common.net.InetAddresses;
import org.apache.james.protocols.smtp.SMTPSession;
import org.postlane.james.Parameters;

/** The other end of a session. Stateless. */
public final class Client {
    /** How much of an IPv6 address is one client's. */
    public static final String IPV6_PREFIX = "ipv6PrefixLength";
    /** A customer gets a /64 at least (RFC 6177), and may have each connection come from another address of it. */
    private static final int DEFAULT_IPV6_PREFIX = 64;

    private Client() {
    }

    /** The client's address, behind a proxy the one that it tells. */
    public static InetAddress of(SMTPSession session) {
        return session.getRemoteAddress().getAddress();
    }

    /** Its address without name and scope. */
    public static String text(SMTPSession session) {
        return text(of(session));
    }

    /** An address without name and scope. */
    public static String text(InetAddress address) {
        return InetAddresses.toAddrString(ofOctets(address.getAddress()));
    }

    /** Whether the session needs no check: somebody has logged in, or James lets its network relay. */
    public static boolean isTrusted(SMTPSession session) {
        return session.getUsername() != null || session.isRelayingAllowed();
    }

    /** What {@value #IPV6_PREFIX} says. */
    public static int ipv6Prefix(Parameters parameters) {
        return parameters.wholeNumber(IPV6_PREFIX, DEFAULT_IPV6_PREFIX, 1, 128);
    }

    /** By what the client is counted: an IPv4 address, or so many bits of an IPv6 address. */
    public static String network(InetAddress address, int ipv6Prefix) {
        if (!(address instanceof Inet6Address) || ipv6Prefix == 128) {
            return text(address);
        }
        return network(Networks.masked(address.getAddress(), ipv6Prefix), ipv6Prefix);
    }

    /** A network, or the one address that it is. */
    static String network(byte[] octets, int prefix) {
        return InetAddresses.toAddrString(ofOctets(octets)) + (prefix == octets.length * Byte.SIZE ? "" : "/" + prefix);
    }

    private static InetAddress ofOctets(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
