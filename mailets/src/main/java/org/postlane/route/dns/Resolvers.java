// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import com.google.common.net.InetAddresses;
import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.dnsservice.dnsjava.DNSJavaService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Name;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;

/** Finds the way to ask that fits the resolver of a James. */
public final class Resolvers {
    private static final Logger LOGGER = LoggerFactory.getLogger(Resolvers.class);
    /** Threads that wait for a resolver that blocks. */
    private static final int BLOCKING_LOOK_UPS = 16;

    private Resolvers() {
    }

    /**
     * DNS as this resolver sees it: by its servers and its search list where it is James' own, which is asked for nothing else,
     * and by itself where it is another.
     */
    public static MailDns of(DNSService dns) {
        if (!(dns instanceof DNSJavaService)) {
            return new ServiceDns(dns, LookupThreads.of("postlane-lookup", BLOCKING_LOOK_UPS));
        }
        DNSJavaService ofJames = (DNSJavaService) dns;
        // Read when the first mail wants to know: by then James has started it.
        return new DnsjavaDns(() -> new NameServers(serversOf(ofJames)), () -> searchListOf(ofJames), new AnswerCache());
    }

    /** DNS as these name servers see it, without a search list. */
    public static MailDns at(List<InetSocketAddress> servers) {
        return new DnsjavaDns(() -> new NameServers(servers), List::of, new AnswerCache());
    }

    private static List<Name> searchListOf(DNSJavaService dns) {
        return Optional.ofNullable(dns.getSearchPaths()).map(Arrays::asList).orElse(List.of());
    }

    /** In their order. Their ports are known to the resolver that James makes dnsjava's default, and else are 53. */
    static List<InetSocketAddress> serversOf(DNSJavaService dns) {
        List<InetSocketAddress> servers = new ArrayList<>();
        for (String written : dns.getDNSServers()) {
            try {
                InetAddress address = InetAddresses.isInetAddress(written)
                    ? InetAddresses.forString(written) : InetAddress.getByName(written);
                servers.add(new InetSocketAddress(address, portOf(address)));
            } catch (UnknownHostException e) {
                LOGGER.warn("The DNS server {} is not known and is not asked", written);
            }
        }
        return servers;
    }

    private static int portOf(InetAddress server) {
        Resolver used = Lookup.getDefaultResolver();
        if (used instanceof ExtendedResolver) {
            for (Resolver one : ((ExtendedResolver) used).getResolvers()) {
                if (one instanceof SimpleResolver && ((SimpleResolver) one).getAddress().getAddress().equals(server)) {
                    return ((SimpleResolver) one).getAddress().getPort();
                }
            }
        }
        return SimpleResolver.DEFAULT_PORT;
    }
}
