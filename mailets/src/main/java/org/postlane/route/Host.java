// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** One address of one mail server. Immutable. */
public final class Host {
    private final String name;
    private final InetSocketAddress address;

    /** An address under the name by which the route knows it. */
    public Host(String name, InetAddress address, int port) {
        this.name = name;
        this.address = new InetSocketAddress(address, port);
    }

    /** The name of the MX or gateway: what a certificate must hold. */
    public String name() {
        return name;
    }

    /** Where to connect to. */
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Host && name.equals(((Host) o).name) && address.equals(((Host) o).address);
    }

    @Override
    public int hashCode() {
        return address.hashCode();
    }

    @Override
    public String toString() {
        return name + "[" + address.getAddress().getHostAddress() + "]:" + address.getPort();
    }
}
