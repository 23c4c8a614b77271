// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.net.InetSocketAddress;
import java.util.Set;

import io.netty.util.NetUtil;
import org.postlane.pool.PoolKey;
import org.postlane.smtp.SessionSettings;

/**
 * What may share a connection: sessions with equal settings. What shares the cap of a host: the address and port. For whose mail
 * it is asked for tells no two keys apart: it decides only how fast connections are opened.
 */
final class ConnectionKey implements PoolKey {
    private final SessionSettings settings;
    private final Set<String> domains;

    /** @param domains those of the recipients */
    ConnectionKey(SessionSettings settings, Set<String> domains) {
        this.settings = settings;
        this.domains = Set.copyOf(domains);
    }

    Set<String> domains() {
        return domains;
    }

    SessionSettings settings() {
        return settings;
    }

    @Override
    public Object host() {
        return settings.address();
    }

    /** How all nodes of a cluster call a {@link #host()}: by its address and port, whatever name led to it. */
    static String nameOf(Object host) {
        if (host instanceof InetSocketAddress && ((InetSocketAddress) host).getAddress() != null) {
            InetSocketAddress address = (InetSocketAddress) host;
            return NetUtil.toSocketAddressString(address.getAddress().getHostAddress(), address.getPort());
        }
        return String.valueOf(host);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ConnectionKey && settings.equals(((ConnectionKey) o).settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return settings.toString();
    }
}
