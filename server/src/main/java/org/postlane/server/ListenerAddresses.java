// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The addresses that conf/ gives to the listeners. James tells of one that is no address, or is taken, without saying which. */
final class ListenerAddresses {
    private static final String BIND = "bind";
    private static final String FORM =
        "ADDRESS:PORT, such as 0.0.0.0:25 or 192.0.2.1:25, or several of these with commas between them: an IPv4 address or the "
            + "name of a host, as James takes no other here, and a port from 0 to 65535";
    private static final int LAST_PORT = 65_535;

    private ListenerAddresses() {
    }

    /** One of the addresses of a listener. */
    private record Address(Listener listener, InetAddress host, int port) {
        /** Port 0 is another one each time. */
        boolean excludes(Address other) {
            return port == other.port && port != 0
                && (host.isAnyLocalAddress() || other.host.isAnyLocalAddress() || host.equals(other.host));
        }
    }

    /**
     * Tries each address and lets go of it at once.
     *
     * @throws StartError with file, listener, key and value of the first that cannot be had, or that another listener has already
     */
    static void requireFree(List<Listener> listeners) {
        List<Address> seen = new ArrayList<>();
        Map<String, Listener> names = new HashMap<>();
        for (Listener listener : listeners) {
            for (Address address : addresses(listener)) {
                seen.stream().filter(address::excludes).findFirst().ifPresent(other -> {
                    throw listener.error(BIND, "a port of its own: " + other.listener().where() + " has <bind>"
                        + other.listener().bind() + "</bind>", null);
                });
                seen.add(address);
                tryOne(address);
            }
            // James registers each under that name.
            Listener namesake = names.put(listener.text("jmxName", listener.protocol() + "server"), listener);
            if (namesake != null) {
                throw listener.error("jmxName", "a name of its own: one of " + namesake.file() + " with <bind>" + namesake.bind()
                    + "</bind> has the same", null);
            }
        }
    }

    private static List<Address> addresses(Listener listener) {
        List<Address> addresses = new ArrayList<>();
        for (String written : listener.bind().split(",")) {
            String[] parts = written.strip().split(":", -1);
            if (parts.length != 2 || parts[0].isBlank()) {
                throw listener.error(BIND, FORM, null);
            }
            addresses.add(new Address(listener, host(listener, parts[0].strip()), port(listener, parts[1].strip())));
        }
        return addresses;
    }

    private static InetAddress host(Listener listener, String name) {
        try {
            return InetAddress.getByName(name);
        } catch (UnknownHostException e) {
            throw listener.error(BIND, "an address of this machine; there is no host " + name, e);
        }
    }

    private static int port(Listener listener, String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= LAST_PORT) {
                return port;
            }
            throw listener.error(BIND, FORM, null);
        } catch (NumberFormatException e) {
            throw listener.error(BIND, FORM, e);
        }
    }

    private static void tryOne(Address address) {
        try (ServerSocket socket = new ServerSocket()) {
            // As James does it: a connection of the last run that lingers does not count.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address.host(), address.port()));
        } catch (IOException e) {
            throw address.listener().error(BIND,
                "an address and port that are free and that this user may listen on: " + e.getMessage(), e);
        }
    }
}
