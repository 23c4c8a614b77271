// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** One mail server of a route while that is put together: its name, and what is known of it so far. Immutable. */
final class Server {
    private final int preference;
    private final String name;
    private final int port;
    private final List<InetAddress> addresses;
    private final HostSession session;

    Server(int preference, String name, int port) {
        this(preference, name, port, List.of(), HostSession.DEFAULT);
    }

    private Server(int preference, String name, int port, List<InetAddress> addresses, HostSession session) {
        this.preference = preference;
        this.name = name;
        this.port = port;
        this.addresses = List.copyOf(addresses);
        this.session = session;
    }

    Server at(List<InetAddress> found) {
        return new Server(preference, name, port, found, session);
    }

    Server with(HostSession value) {
        return new Server(preference, name, port, addresses, value);
    }

    int preference() {
        return preference;
    }

    String name() {
        return name;
    }

    boolean hasAddress() {
        return !addresses.isEmpty();
    }

    boolean is(OwnHosts ourselves) {
        return ourselves.areCalled(name)
            || addresses.stream().anyMatch(address -> ourselves.areAt(new InetSocketAddress(address, port)));
    }

    /**
     * The hosts of some servers, in their order, few enough by {@link RouteLimits}: each server has the same share, so that
     * the many addresses of the first one do not take the place of the others.
     */
    static List<Host> hostsOf(List<Server> servers, UsableAddresses usable) {
        List<Server> reachable = servers.stream()
            .map(server -> server.at(usable.of(server.addresses)))
            .filter(Server::hasAddress)
            .limit(RouteLimits.MOST_SERVERS)
            .collect(Collectors.toList());
        List<Host> hosts = new ArrayList<>();
        for (Server server : reachable) {
            server.addresses.stream().limit(RouteLimits.MOST_ADDRESSES / reachable.size())
                .map(address -> new Host(server.name, new InetSocketAddress(address, server.port), server.session))
                .forEach(hosts::add);
        }
        return hosts.stream().distinct().collect(Collectors.toList());
    }

    @Override
    public String toString() {
        return name;
    }
}
