// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

import org.apache.james.dnsservice.api.DNSService;

/** A DNS of a few domains, whose mail servers are ports on loopback. */
final class TestDns implements DNSService {
    private final Map<String, List<String>> servers = new ConcurrentHashMap<>();

    /** Gives a domain mail servers, one for each port, in order. */
    void mx(String domain, int... ports) {
        servers.put(domain, IntStream.range(0, ports.length).mapToObj(i -> "mx" + i + "." + domain + ":" + ports[i]).toList());
    }

    @Override
    public Collection<String> findMXRecords(String domain) {
        return servers.getOrDefault(domain, List.of());
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
        if (host.matches("[0-9.]+|localhost")) {
            return InetAddress.getByName(host);
        }
        if (host.startsWith("mx")) {
            return InetAddress.getByName(JamesUnderTest.LOOPBACK);
        }
        throw new UnknownHostException(host);
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
