// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.List;
import java.util.Set;

/**
 * The hosts that take mail for a domain, best first. Two routes are the same, and their recipients share a transaction, when
 * they begin with the same host and have the same others behind it: one domain's backup is never tried first for another's
 * mail. Immutable.
 */
public final class Route {
    private final List<Host> hosts;
    private final Set<Host> identity;

    /**
     * A route.
     *
     * @throws IllegalArgumentException without a host
     */
    public Route(List<Host> hosts) {
        if (hosts.isEmpty()) {
            throw new IllegalArgumentException("A route without hosts");
        }
        this.hosts = List.copyOf(hosts);
        this.identity = Set.copyOf(hosts);
    }

    /** The hosts in the order in which to try them. */
    public List<Host> hosts() {
        return hosts;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Route && hosts.get(0).equals(((Route) o).hosts.get(0)) && identity.equals(((Route) o).identity);
    }

    @Override
    public int hashCode() {
        return identity.hashCode();
    }

    @Override
    public String toString() {
        return hosts.toString();
    }
}
