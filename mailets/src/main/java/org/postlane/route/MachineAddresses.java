// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The addresses of this machine's interfaces that are up. They are listed once a minute at most. Thread-safe. */
final class MachineAddresses {
    private static final Logger LOGGER = LoggerFactory.getLogger(MachineAddresses.class);
    /** Interfaces come and go with tunnels and containers; to list them for each address of each mail would cost. */
    private static final long LOOK_AGAIN = Duration.ofMinutes(1).toNanos();
    private static volatile Seen seen;

    private MachineAddresses() {
    }

    /** Whether this machine has the address; none where it does not tell. */
    static boolean hold(InetAddress address) {
        return address.isLoopbackAddress() || address.isAnyLocalAddress() || now().addresses.contains(address);
    }

    /**
     * Whether this machine could reach an address, by what its interfaces have: an address of the same family that leads further
     * than its own link. Loopback addresses are always reached. A machine without any such address keeps both families.
     */
    static boolean couldReach(InetAddress address) {
        Seen now = now();
        return address.isLoopbackAddress() || now.ipv4 == now.ipv6 || (address instanceof Inet4Address ? now.ipv4 : now.ipv6);
    }

    private static Seen now() {
        Seen now = seen;
        if (now == null || System.nanoTime() - now.at > LOOK_AGAIN) {
            now = look();
            seen = now;
        }
        return now;
    }

    private static Seen look() {
        try {
            return new Seen(NetworkInterface.networkInterfaces()
                .filter(MachineAddresses::isUp)
                .flatMap(NetworkInterface::inetAddresses)
                .collect(Collectors.toUnmodifiableSet()));
        } catch (SocketException e) {
            LOGGER.warn("This machine does not tell its addresses; IPv4 and IPv6 are both used", e);
            return new Seen(Set.of());
        }
    }

    private static boolean isUp(NetworkInterface one) {
        try {
            return one.isUp();
        } catch (SocketException e) {
            // It went away while it was asked.
            return false;
        }
    }

    private static final class Seen {
        private final long at = System.nanoTime();
        private final Set<InetAddress> addresses;
        private final boolean ipv4;
        private final boolean ipv6;

        private Seen(Set<InetAddress> addresses) {
            this.addresses = addresses;
            this.ipv4 = leadsOut(true);
            this.ipv6 = leadsOut(false);
        }

        private boolean leadsOut(boolean four) {
            return addresses.stream().anyMatch(address -> address instanceof Inet4Address == four
                && !address.isLoopbackAddress() && !address.isLinkLocalAddress());
        }
    }
}
