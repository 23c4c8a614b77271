// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.server.core.configuration.FileConfigurationProvider;

/** The addresses that conf/ gives to the listeners. James tells of one that is taken without saying which. */
final class ListenerAddresses {
    private static final List<String> PROTOCOLS = List.of("smtp", "pop3", "imap");

    private ListenerAddresses() {
    }

    /** Tries each address and lets go of it at once; fails with file, key and value of the first that cannot be had. */
    static void requireFree(Home home) {
        for (String protocol : PROTOCOLS) {
            Path file = home.conf().resolve(protocol + "server.xml");
            if (Files.exists(file)) {
                enabledServers(file, protocol + "server").forEach(server -> tryAll(file, server.getString("bind", "")));
            }
        }
    }

    private static List<HierarchicalConfiguration<ImmutableNode>> enabledServers(Path file, String element) {
        try {
            return FileConfigurationProvider.getConfig(Files.newInputStream(file)).configurationsAt(element).stream()
                .filter(server -> server.getBoolean("[@enabled]", true))
                .toList();
        } catch (ConfigurationException | IOException e) {
            throw StartError.because(file + " cannot be read", e);
        }
    }

    private static void tryAll(Path file, String bind) {
        for (String address : bind.split(",")) {
            int colon = address.lastIndexOf(':');
            if (colon > 0) {
                tryOne(file, bind, address.substring(0, colon).strip(), address.substring(colon + 1).strip());
            }
        }
    }

    private static void tryOne(Path file, String bind, String host, String port) {
        try (ServerSocket socket = new ServerSocket()) {
            // As James does it: a connection of the last run that lingers does not count.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), Integer.parseInt(port)));
        } catch (IOException | IllegalArgumentException e) {
            throw new StartError(file + ", <bind>" + bind + "</bind>: " + e.getMessage()
                + "; expected an address and port that are free and that this user may listen on", e);
        }
    }
}
