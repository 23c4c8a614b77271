// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

import org.apache.james.core.Domain;
import org.apache.james.dnsservice.api.DNSService;

/** All mail through the same gateways, whatever its domain. Safe to share. */
public final class GatewayRoutes implements RouteResolver {
    private final HostLookup lookup;
    private final List<HostAndPort> gateways;
    private final boolean shuffled;

    /**
     * Routes through gateways.
     *
     * @param defaultPort the port of a gateway that names none
     * @param shuffled whether each mail begins with another gateway; otherwise they are tried in the order written
     */
    public GatewayRoutes(DNSService dns, List<HostAndPort> gateways, int defaultPort, boolean shuffled) {
        this.lookup = new HostLookup(dns, defaultPort);
        this.gateways = List.copyOf(gateways);
        this.shuffled = shuffled;
    }

    @Override
    public Route resolve(Domain domain) throws NoRouteException {
        List<HostAndPort> order = new ArrayList<>(gateways);
        if (shuffled) {
            Collections.shuffle(order);
        }
        List<Host> hosts = order.stream()
            .flatMap(gateway -> lookup.addressesOf(gateway).stream())
            .collect(Collectors.toList());
        if (hosts.isEmpty()) {
            throw new NoRouteException(NoRouteException.Kind.TEMPORARY, "4.4.3 No gateway of " + gateways + " resolves now");
        }
        return new Route(hosts);
    }

    @Override
    public boolean dependsOnDomain() {
        return false;
    }
}
