// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

import com.google.common.net.InetAddresses;
import org.apache.james.core.Domain;
import org.postlane.route.dns.MailDns;
import org.postlane.smtp.TlsMode;

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
    private final DomainRules<TlsMode> policies;

    /**
     * Routes through gateways.
     *
     * @param name what to call them all; two with one name have to be the same gateways
     * @param policies the TLS that the mail of a domain needs at least, where a rule names the domain; a gateway whose TLS was
     *     chosen for itself keeps that
     */
    public GatewayRoutes(MailDns dns, UsableAddresses usable, HostHealth health, String name, List<Gateway> gateways,
                         Order order, DomainRules<TlsMode> policies) {
        this.dns = dns;
        this.usable = usable;
        this.health = health;
        this.name = name;
        this.gateways = List.copyOf(gateways);
        this.order = order;
        this.policies = policies;
    }

    @Override
    public String destination(Domain recipient) {
        Optional<TlsMode> policy = policyOf(recipient);
        // Mail that needs more TLS than the rest must not share a transaction with it.
        return "gateway " + name + (gatewaysFor(policy).equals(gateways) ? "" : ", TLS " + lowerCase(policy));
    }

    /** As the log says where mail goes; without passwords. */
    @Override
    public String toString() {
        return "through gateway " + name;
    }

    private static String lowerCase(Optional<TlsMode> policy) {
        return policy.map(mode -> mode.name().toLowerCase(Locale.ROOT)).orElse("");
    }

    private Optional<TlsMode> policyOf(Domain recipient) {
        return policies.ofDomain(recipient.asString()).map(DomainRules.Rule::value);
    }

    private List<Gateway> gatewaysFor(Optional<TlsMode> policy) {
        return policy.map(mode -> gateways.stream().map(gateway -> gateway.atLeast(mode)).collect(Collectors.toList()))
            .orElse(gateways);
    }

    @Override
    public CompletableFuture<Route> resolve(Domain recipient) {
        return Gathered.of(inOrder(gatewaysFor(policyOf(recipient))).stream()
            .map(this::withAddresses)
            .collect(Collectors.toList())).thenCompose(this::routeTo);
    }

    private CompletableFuture<Route> routeTo(List<Server> servers) {
        List<Host> hosts = Server.hostsOf(servers, usable);
        return hosts.isEmpty()
            ? CompletableFuture.failedFuture(new NoRouteException(NoRouteException.Kind.TEMPORARY,
                "4.4.3 No gateway of " + gateways + " has an address now that this server connects to (" + usable + ")"))
            : CompletableFuture.completedFuture(new Route(health.order(hosts), health));
    }

    private CompletableFuture<Server> withAddresses(Gateway gateway) {
        String host = gateway.host();
        CompletableFuture<List<InetAddress>> found = InetAddresses.isInetAddress(host)
            ? CompletableFuture.completedFuture(List.of(InetAddresses.forString(host)))
            : dns.addressesOfConfigured(host).thenApply(answer -> answer.records());
        return found.thenApply(gateway.server()::at);
    }

    private List<Gateway> inOrder(List<Gateway> written) {
        List<Gateway> ordered = new ArrayList<>(written);
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
