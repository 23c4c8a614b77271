// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import static org.postlane.route.NoRouteException.Kind.ABSENT;
import static org.postlane.route.NoRouteException.Kind.REFUSED;
import static org.postlane.route.NoRouteException.Kind.TEMPORARY;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import com.google.common.net.InetAddresses;
import org.apache.james.core.Domain;
import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.dnsservice.api.TemporaryResolutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mail servers of a domain by its MX records, in order of preference, or by its address where it has none (RFC 5321 5.1).
 * Address literals are taken as they are. Safe to share.
 */
public final class MxRoutes implements RouteResolver {
    private static final Logger LOGGER = LoggerFactory.getLogger(MxRoutes.class);
    private static final List<String> NULL_MX = List.of(".", "");

    private final DNSService dns;
    private final AbsenceCheck absence;
    private final HostLookup lookup;
    private final Predicate<Host> ourselves;

    /**
     * Routes by MX, to a port that the records cannot name.
     *
     * @param ourselves whether a host is this server; {@link OwnHosts} knows
     */
    public MxRoutes(DNSService dns, AbsenceCheck absence, int port, Predicate<Host> ourselves) {
        this.ourselves = ourselves;
        this.dns = dns;
        this.absence = absence;
        this.lookup = new HostLookup(dns, port);
    }

    @Override
    public Route resolve(Domain domain) throws NoRouteException {
        String name = domain.asString();
        if (InetAddresses.isInetAddress(name)) {
            // James takes the brackets off an address literal (RFC 5321 4.1.3) when it reads it.
            return new Route(lookup.addressesOf(HostAndPort.parse(name)));
        }
        Collection<String> servers = serversOf(name);
        if (servers.isEmpty()) {
            if (absence.isCertain(name)) {
                throw new NoRouteException(ABSENT, "5.1.2 There is no mail server for the domain " + name
                    + ": it has neither MX nor address records");
            }
            throw new NoRouteException(TEMPORARY, "4.4.3 The mail servers of " + name + " cannot be looked up now");
        }
        if (servers.size() == 1 && NULL_MX.contains(servers.iterator().next())) {
            throw new NoRouteException(REFUSED, "5.1.10 The domain " + name + " takes no mail (null MX)");
        }
        List<Host> all = servers.stream()
            .filter(server -> !NULL_MX.contains(server))
            .flatMap(server -> addressesOf(server).stream())
            .distinct()
            .collect(Collectors.toList());
        if (all.isEmpty()) {
            throw new NoRouteException(TEMPORARY, "4.4.3 No mail server of " + name + " has an address now: " + servers);
        }
        return new Route(betterThanOurselves(name, all));
    }

    /** RFC 5321 5.1: who is an MX of the domain himself passes mail on to better ones only, or it would go round for ever. */
    private List<Host> betterThanOurselves(String domain, List<Host> hosts) throws NoRouteException {
        List<Host> better = new ArrayList<>();
        for (Host host : hosts) {
            if (ourselves.test(host)) {
                break;
            }
            better.add(host);
        }
        if (better.isEmpty()) {
            throw new NoRouteException(REFUSED, "5.4.6 Mail for " + domain + " would come back to this server, its best MX: "
                + hosts.get(0) + ". A domain that this server relays for needs a gateway");
        }
        return better;
    }

    /** One record that holds no host name must not cost the others. */
    private List<Host> addressesOf(String server) {
        try {
            return lookup.addressesOf(HostAndPort.parse(server));
        } catch (IllegalArgumentException e) {
            LOGGER.info("An MX record is no host and is left out: {}", e.getMessage());
            return List.of();
        }
    }

    private Collection<String> serversOf(String domain) throws NoRouteException {
        try {
            return dns.findMXRecords(domain);
        } catch (TemporaryResolutionException e) {
            throw new NoRouteException(TEMPORARY, "4.4.3 The mail servers of " + domain + " cannot be looked up now");
        } catch (RuntimeException e) {
            throw new NoRouteException(TEMPORARY, "4.4.3 Looking up the mail servers of " + domain + " failed: " + e);
        }
    }
}
