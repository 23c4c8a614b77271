// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

import com.google.common.net.InetAddresses;
import org.apache.james.core.Domain;
import org.postlane.route.dns.MailDns;

/** All mail through the same gateways, whatever its domain. Safe to share. */
public final class GatewayRoutes implements RouteSource {
    /** Which gateway comes first. */
    public enum Order {
        /** The one that is written first; the others when it cannot be reached. */
        LISTED,
        /** Each as often as its weight says (as RFC 2782 does for SRV records). */
        WEIGHTED,
        /** Each as often as the others. */
        SHUFFLED
    }

    private final MailDns dns;
    private final UsableAddresses usable;
    private final HostHealth health;
    private final String name;
    private final List<Gateway> gateways;
    private final Order order;

    /**
     * Routes through gateways.
     *
     * @param name what to call them all; two with one name have to be the same gateways
     */
    public GatewayRoutes(MailDns dns, UsableAddresses usable, HostHealth health, String name, List<Gateway> gateways,
                         Order order) {
        this.dns = dns;
        this.usable = usable;
        this.health = health;
        this.name = name;
        this.gateways = List.copyOf(gateways);
        this.order = order;
    }

    @Override
    public String destination(Domain recipient) {
        return "gateway " + name;
    }

    @Override
    public CompletableFuture<Route> resolve(Domain recipient) {
        return Gathered.of(inOrder().stream().map(this::withAddresses).collect(Collectors.toList())).thenCompose(servers -> {
            List<Host> hosts = Server.hostsOf(servers, usable);
            return hosts.isEmpty()
                ? CompletableFuture.failedFuture(new NoRouteException(NoRouteException.Kind.TEMPORARY,
                    "4.4.3 No gateway of " + gateways + " has an address now that this server connects to (" + usable + ")"))
                : CompletableFuture.completedFuture(new Route(health.order(hosts), health));
        });
    }

    private CompletableFuture<Server> withAddresses(Gateway gateway) {
        String host = gateway.host();
        CompletableFuture<List<InetAddress>> found = InetAddresses.isInetAddress(host)
            ? CompletableFuture.completedFuture(List.of(InetAddresses.forString(host)))
            : dns.addressesOfConfigured(host).thenApply(answer -> answer.records());
        return found.thenApply(gateway.server()::at);
    }

    private List<Gateway> inOrder() {
        List<Gateway> ordered = new ArrayList<>(gateways);
        if (order == Order.SHUFFLED) {
            Collections.shuffle(ordered);
        }
        return order == Order.WEIGHTED ? drawn(ordered) : ordered;
    }

    private static List<Gateway> drawn(List<Gateway> urn) {
        List<Gateway> drawn = new ArrayList<>();
        while (!urn.isEmpty()) {
            long ticket = ThreadLocalRandom.current().nextLong(urn.stream().mapToLong(Gateway::weight).sum());
            int index = 0;
            while (ticket >= urn.get(index).weight()) {
                ticket -= urn.get(index).weight();
                index++;
            }
            drawn.add(urn.remove(index));
        }
        return drawn;
    }
}
