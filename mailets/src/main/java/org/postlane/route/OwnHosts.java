// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.InetSocketAddress;
import java.util.function.Supplier;

/**
 * Knows this server among the hosts of a route: by the name that it gives itself in EHLO, and by an address of this machine
 * on port 25. A server whose public address is not on the machine (behind NAT, in a container) is known by its name alone, so
 * its EHLO name must be the one in its MX record, as RFC 5321 4.1.4 wants it anyway. Safe to share.
 */
public final class OwnHosts {
    private static final int SMTP_PORT = 25;

    private final Supplier<String> ehloName;

    /** Ourselves, by a name that may change while James runs. */
    public OwnHosts(Supplier<String> ehloName) {
        this.ehloName = ehloName;
    }

    /**
     * The same, under the name that it has now. That may have to be asked of a database: to be called by who may wait, before an
     * answer of DNS is looked at on a thread on which nobody may.
     */
    OwnHosts asCalledNow() {
        String name = ehloName.get();
        return new OwnHosts(() -> name);
    }

    /** Whether this is our name. */
    boolean areCalled(String name) {
        return name.equalsIgnoreCase(ehloName.get());
    }

    /** Whether this server answers there. */
    boolean areAt(InetSocketAddress address) {
        return address.getPort() == SMTP_PORT && MachineAddresses.hold(address.getAddress());
    }
}
