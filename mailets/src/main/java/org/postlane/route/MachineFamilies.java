// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.function.Predicate;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this machine could reach an address by what its interfaces have: an address of the same family that leads further than
 * its own link. Loopback addresses are always reached. A machine without any such address keeps both families. Safe to share.
 */
final class MachineFamilies implements Predicate<InetAddress> {
    private static final Logger LOGGER = LoggerFactory.getLogger(MachineFamilies.class);
    /** Interfaces come and go with tunnels and containers; to list them costs some system calls. */
    private static final long LOOK_AGAIN = Duration.ofMinutes(1).toNanos();

    private volatile Seen seen;

    @Override
    public boolean test(InetAddress address) {
        if (address.isLoopbackAddress()) {
            return true;
        }
        Seen now = seen;
        if (now == null || System.nanoTime() - now.at > LOOK_AGAIN) {
            now = look();
            seen = now;
        }
        return (address instanceof Inet4Address ? now.ipv4 : now.ipv6) || now.ipv4 == now.ipv6;
    }

    private static Seen look() {
        try {
            return new Seen(has(true), has(false));
        } catch (SocketException e) {
            LOGGER.warn("This machine does not tell its addresses; IPv4 and IPv6 are both used", e);
            return new Seen(true, true);
        }
    }

    private static boolean has(boolean ipv4) throws SocketException {
        return NetworkInterface.networkInterfaces()
            .filter(MachineFamilies::isUp)
            .flatMap(NetworkInterface::inetAddresses)
            .anyMatch(address -> address instanceof Inet4Address == ipv4
                && !address.isLoopbackAddress() && !address.isLinkLocalAddress());
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
        private final boolean ipv4;
        private final boolean ipv6;

        private Seen(boolean ipv4, boolean ipv6) {
            this.ipv4 = ipv4;
            this.ipv6 = ipv6;
        }
    }
}
