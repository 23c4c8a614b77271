// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import org.postlane.smtp.SessionSettings;

/** One address of one mail server, and how to speak with it. Immutable. */
public final class Host {
    private final String name;
    private final InetSocketAddress address;
    private final HostSession session;

    /** An address under the name by which the route knows it, for sessions as the mail server of any domain gets. */
    public Host(String name, InetAddress address, int port) {
        this(name, new InetSocketAddress(address, port), HostSession.DEFAULT);
    }

    /** An address under the name by which the route knows it. */
    public Host(String name, InetSocketAddress address, HostSession session) {
        this.name = name;
        this.address = address;
        this.session = session;
    }

    /** The name of the MX or gateway: what a certificate must hold. */
    public String name() {
        return name;
    }

    /** Where to connect to. */
    public InetSocketAddress address() {
        return address;
    }

    /** How to speak with it, and as whom. */
    public HostSession session() {
        return session;
    }

    /** Settings that begin with what the route says about this host: its address, name, protocol, TLS and credentials. */
    public SessionSettings.Builder settings() {
        return session.apply(SessionSettings.to(address, name));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Host && name.equals(((Host) o).name) && address.equals(((Host) o).address)
            && session.equals(((Host) o).session);
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
