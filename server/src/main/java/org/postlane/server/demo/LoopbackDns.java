// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.apache.james.dnsservice.api.DNSService;

/** The DNS of the demonstration: a few domains whose MX is a port on loopback, and nothing else exists. */
final class LoopbackDns implements DNSService {
    private final Map<String, Integer> portOfDomain;

    LoopbackDns(Map<String, Integer> portOfDomain) {
        this.portOfDomain = Map.copyOf(portOfDomain);
    }

    @Override
    public Collection<String> findMXRecords(String domain) {
        Integer port = portOfDomain.get(domain);
        return port == null ? List.of() : List.of(mxOf(domain) + ":" + port);
    }

    private static String mxOf(String domain) {
        return "mx." + domain;
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
        boolean known = portOfDomain.keySet().stream().anyMatch(domain -> host.equals(mxOf(domain)));
        if (known) {
            return InetAddress.getByAddress(host, InetAddress.getByName(Ports.HOST).getAddress());
        }
        if (host.equals("localhost") || host.matches("[0-9.]+")) {
            return InetAddress.getByName(host);
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
