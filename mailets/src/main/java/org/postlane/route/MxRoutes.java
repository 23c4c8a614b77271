// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import static org.postlane.route.NoRouteException.Kind.ABSENT;
import static org.postlane.route.NoRouteException.Kind.REFUSED;
import static org.postlane.route.NoRouteException.Kind.TEMPORARY;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import com.google.common.net.InetAddresses;
import org.apache.james.core.Domain;
import org.postlane.route.dns.DnsAnswer;
import org.postlane.route.dns.MailDns;
import org.postlane.route.dns.MailExchanger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mail servers of a domain by its MX records, in order of preference, equal ones in random order, or by its address where it
 * has none (RFC 5321 5.1). Address literals are taken as they are. Safe to share.
 */
public final class MxRoutes implements RouteSource {
    private static final Logger LOGGER = LoggerFactory.getLogger(MxRoutes.class);
    private static final List<String> NULL_MX = List.of(".", "");

    private final MailDns dns;
    private final int port;
    private final UsableAddresses usable;
    private final TlsPolicy tls;
    private final OwnHosts ourselves;
    private final HostHealth health;

    /**
     * Routes by MX, to a port that the records cannot name.
     *
     * @param ourselves knows this server, to which nothing is sent
     */
    public MxRoutes(MailDns dns, int port, UsableAddresses usable, TlsPolicy tls, OwnHosts ourselves, HostHealth health) {
        this.dns = dns;
        this.port = port;
        this.usable = usable;
        this.tls = tls;
        this.ourselves = ourselves;
        this.health = health;
    }

    @Override
    public String destination(Domain recipient) {
        return recipient.asString().toLowerCase(Locale.ROOT);
    }

    @Override
    public CompletableFuture<Route> resolve(Domain recipient) {
        return new MxRoutes(dns, port, usable, tls, ourselves.asCalledNow(), health).find(recipient);
    }

    private CompletableFuture<Route> find(Domain recipient) {
        String name = destination(recipient);
        // James takes the brackets off an address literal (RFC 5321 4.1.3) when it reads it.
        if (InetAddresses.isInetAddress(name)) {
            return routeTo(recipient, List.of(new Server(0, name, port).at(List.of(InetAddresses.forString(name)))));
        }
        return dns.exchangers(name).thenCompose(answer -> {
            switch (answer.kind()) {
                case FOUND:
                    return byRecords(recipient, answer.records());
                case NO_SUCH_NAME:
                    return failed(absent(name));
                case FAILED:
                    return failed(new NoRouteException(TEMPORARY,
                        "4.4.3 The mail servers of " + name + " cannot be looked up now: " + answer.explanation()));
                default:
                    return byAddress(recipient, name, answer.kind() == DnsAnswer.Kind.NO_RECORDS);
            }
        });
    }

    /** As the log says where mail goes. */
    @Override
    public String toString() {
        return "by MX";
    }

    private static NoRouteException absent(String name) {
        return new NoRouteException(ABSENT, "5.1.2 There is no mail server for the domain " + name
            + ": it has neither MX nor address records");
    }

    private static <T> CompletableFuture<T> failed(NoRouteException failure) {
        return CompletableFuture.failedFuture(failure);
    }

    /** The implicit MX. */
    private CompletableFuture<Route> byAddress(Domain recipient, String name, boolean provenWithoutMx) {
        return dns.addresses(name).thenCompose(answer -> {
            switch (answer.kind()) {
                case FOUND:
                    return routeTo(recipient, List.of(new Server(0, name, port).at(answer.records())));
                case NO_SUCH_NAME:
                    return failed(absent(name));
                case NO_RECORDS:
                    return failed(provenWithoutMx ? absent(name) : new NoRouteException(TEMPORARY,
                        "4.4.3 The name servers of " + name + " do not say whether it has mail servers"));
                default:
                    return failed(new NoRouteException(TEMPORARY,
                        "4.4.3 The mail servers of " + name + " cannot be looked up now: " + answer.explanation()));
            }
        });
    }

    private CompletableFuture<Route> byRecords(Domain recipient, List<MailExchanger> records) {
        if (records.size() == 1 && NULL_MX.contains(records.get(0).target())) {
            return failed(new NoRouteException(REFUSED,
                "5.1.10 The domain " + recipient.asString() + " takes no mail (null MX)"));
        }
        List<Server> servers = new ArrayList<>();
        for (MailExchanger record : records) {
            if (!NULL_MX.contains(record.target())) {
                read(record, servers);
            }
        }
        Collections.shuffle(servers);
        servers.sort(Comparator.comparingInt(Server::preference));
        int ours = servers.stream().filter(server -> ourselves.areCalled(server.name()))
            .mapToInt(Server::preference).min().orElse(Integer.MAX_VALUE);
        if (!servers.isEmpty() && servers.get(0).preference() >= ours) {
            return failed(backToUs(recipient));
        }
        return Gathered.of(servers.stream()
            .filter(server -> server.preference() < ours)
            .limit(RouteLimits.MOST_LOOK_UPS)
            .map(this::withAddresses)
            .collect(Collectors.toList())).thenCompose(looked -> routeTo(recipient, looked));
    }

    /** One record that holds no host name must not cost the others. */
    private void read(MailExchanger record, List<Server> servers) {
        try {
            HostAndPort host = HostAndPort.parse(record.target());
            servers.add(new Server(record.preference(), host.host(), host.port().orElse(port)));
        } catch (IllegalArgumentException e) {
            LOGGER.info("An MX record is no host and is left out: {}", e.getMessage());
        }
    }

    private CompletableFuture<Server> withAddresses(Server server) {
        // No record may hold an address (RFC 1035 3.3.9), and many do.
        return InetAddresses.isInetAddress(server.name())
            ? CompletableFuture.completedFuture(server.at(List.of(InetAddresses.forString(server.name()))))
            : dns.addresses(server.name()).thenApply(answer -> server.at(answer.records()));
    }

    private CompletableFuture<Route> routeTo(Domain recipient, List<Server> servers) {
        if (servers.stream().noneMatch(Server::hasAddress)) {
            return failed(withoutAddress(recipient, servers));
        }
        List<Server> better = betterThanOurselves(servers);
        if (better.isEmpty()) {
            return failed(backToUs(recipient));
        }
        if (better.stream().noneMatch(Server::hasAddress)) {
            // Only DNS keeps us from a better one, for now: the mail waits here, as it does at any backup MX.
            return failed(withoutAddress(recipient, better));
        }
        return Gathered.of(better.stream()
            .map(server -> tls.sessionFor(recipient, server.name()).thenApply(server::with))
            .collect(Collectors.toList())).thenCompose(protectedOnes -> {
                List<Host> hosts = Server.hostsOf(protectedOnes, usable);
                return hosts.isEmpty()
                    ? failed(new NoRouteException(TEMPORARY, "4.4.3 No mail server of " + recipient.asString()
                        + " has an address that this server connects to (" + usable + "): " + protectedOnes))
                    : CompletableFuture.completedFuture(new Route(health.order(hosts), health));
            });
    }

    private static NoRouteException withoutAddress(Domain recipient, List<Server> servers) {
        return new NoRouteException(TEMPORARY, "4.4.3 No mail server of " + recipient.asString() + " has an address now: "
            + servers);
    }

    /** RFC 5321 5.1: who is an MX of the domain himself passes mail on to better ones only, or it would go round for ever. */
    private List<Server> betterThanOurselves(List<Server> servers) {
        int ours = servers.stream().filter(server -> server.is(ourselves)).mapToInt(Server::preference).min()
            .orElse(Integer.MAX_VALUE);
        return servers.stream().filter(server -> server.preference() < ours).collect(Collectors.toList());
    }

    private static NoRouteException backToUs(Domain recipient) {
        return new NoRouteException(REFUSED, "5.4.6 Mail for " + recipient.asString()
            + " would come back to this server, its best MX. A domain that this server relays for needs a gateway");
    }
}
