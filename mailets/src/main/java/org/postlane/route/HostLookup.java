// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import com.google.common.net.InetAddresses;
import org.apache.james.dnsservice.api.DNSService;

/** Turns the names of mail servers into addresses, with James' own resolver. Safe to share. */
final class HostLookup {
    private final DNSService dns;
    private final int defaultPort;

    HostLookup(DNSService dns, int defaultPort) {
        this.dns = dns;
        this.defaultPort = defaultPort;
    }

    /** Every address of the host; none where the name does not resolve now. */
    List<Host> addressesOf(HostAndPort host) {
        int port = host.port().orElse(defaultPort);
        List<Host> found = new ArrayList<>();
        if (InetAddresses.isInetAddress(host.host())) {
            found.add(new Host(host.host(), InetAddresses.forString(host.host()), port));
            return found;
        }
        try {
            dns.getAllByName(host.host()).forEach(address -> found.add(new Host(host.host(), address, port)));
        } catch (UnknownHostException e) {
            // James' resolver answers so both to NXDOMAIN and to SERVFAIL: the caller must not take it for final.
            return List.of();
        }
        return found;
    }
}
