// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.google.common.net.InetAddresses;
import org.apache.james.dnsservice.api.DNSService;

/**
 * The names of a fleet, without a name server: the domain {@code d123.test} has the host with number 123, and others the hosts
 * that a test gives them. Where DNS itself is the matter, a test asks a name server instead.
 */
final class FleetNames implements DNSService {
    private static final Pattern NUMBERED = Pattern.compile("d(\\d+)\\.test");
    private static final int FIRST_NET = 16;

    private final int port;
    private final Map<String, List<String>> set = new ConcurrentHashMap<>();

    FleetNames(int port) {
        this.port = port;
    }

    static String domain(int number) {
        return "d" + number + ".test";
    }

    /** The address of a numbered host, from 0 to a few millions. */
    static String address(int number) {
        return "127." + (FIRST_NET + (number >> 16)) + "." + ((number >> 8) & 0xff) + "." + (number & 0xff);
    }

    /** Registers a domain with the addresses of its hosts, best first. */
    void domain(String name, String... addresses) {
        set.put(name, List.of(addresses));
    }

    @Override
    public Collection<String> findMXRecords(String domain) {
        Matcher numbered = NUMBERED.matcher(domain);
        List<String> hosts = numbered.matches() ? List.of(address(Integer.parseInt(numbered.group(1))))
            : set.getOrDefault(domain, List.of());
        return hosts.stream().map(host -> host + ":" + port).toList();
    }

    @Override
    public Collection<String> findTXTRecords(String name) {
        return List.of();
    }

    @Override
    public Collection<InetAddress> getAllByName(String host) throws UnknownHostException {
        return Arrays.asList(getByName(host));
    }

    @Override
    public InetAddress getByName(String host) throws UnknownHostException {
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
