// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.james;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.google.common.net.InetAddresses;
import org.apache.james.dnsservice.api.DNSService;

/**
 * The DNS of a James that relays to many domains: {@code d123.test} has the mail server with number 123, which is an address of
 * loopback for itself; nothing else exists. It costs nothing: resolvers are not what is measured.
 */
public final class LoopbackNames implements DNSService {
    private static final Pattern NUMBERED = Pattern.compile("d(\\d+)\\.test");
    /** Far from the addresses that machines use on loopback themselves. */
    private static final int FIRST_NET = 16;
    private static final int OCTET = 8;
    private static final int OCTET_MASK = 0xff;

    private final int port;

    /** @param port of all mail servers; James takes it from the MX record, where it has no place elsewhere */
    public LoopbackNames(int port) {
        this.port = port;
    }

    /** The domain with this number. */
    public static String domain(int number) {
        return "d" + number + ".test";
    }

    /** The address of its mail server; numbers go from 0 to a few millions. */
    public static String address(int number) {
        return "127." + (FIRST_NET + (number >> (2 * OCTET))) + "." + ((number >> OCTET) & OCTET_MASK)
            + "." + (number & OCTET_MASK);
    }

    @Override
    public Collection<String> findMXRecords(String domain) {
        Matcher numbered = NUMBERED.matcher(domain);
        return numbered.matches() ? List.of(address(Integer.parseInt(numbered.group(1))) + ":" + port) : List.of();
    }

    @Override
    public Collection<String> findTXTRecords(String name) {
        return List.of();
    }

    @Override
    public Collection<InetAddress> getAllByName(String host) throws UnknownHostException {
        return List.of(getByName(host));
    }

    @Override
    public InetAddress getByName(String host) throws UnknownHostException {
        if (host.equals("localhost")) {
            return InetAddress.getLoopbackAddress();
        }
        if (!InetAddresses.isInetAddress(host)) {
            throw new UnknownHostException(host);
        }
        return InetAddresses.forString(host);
    }

    @Override
    public InetAddress getLocalHost() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public String getHostName(InetAddress address) {
        return address.getHostAddress();
    }
}
