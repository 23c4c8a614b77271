// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The hosts that take mail for a domain, best first. Two routes are the same, and their recipients may share a transaction, when
 * they begin with the same host and have the same others behind it: one domain's backup is never tried first for another's
 * mail. Immutable; safe to share.
 */
public final class Route {
    private final List<Host> hosts;
    private final Set<Host> identity;
    private final HostHealth health;

    /**
     * A route whose hosts nobody remembers anything about.
     *
     * @throws IllegalArgumentException without a host
     */
    public Route(List<Host> hosts) {
        this(hosts, new HostHealth());
    }

    /**
     * A route.
     *
     * @param health where {@link #report(Host, boolean)} leads
     * @throws IllegalArgumentException without a host
     */
    Route(List<Host> hosts, HostHealth health) {
        if (hosts.isEmpty()) {
            throw new IllegalArgumentException("A route without hosts");
        }
        this.hosts = List.copyOf(hosts);
        this.identity = Set.copyOf(hosts);
        this.health = health;
    }

    /** The hosts in the order in which to try them. They are few: {@link RouteLimits} bounds them. */
    public List<Host> hosts() {
        return hosts;
    }

    /** The names of the hosts, each once, in that order: what rules by MX are about. */
    public List<String> names() {
        return hosts.stream().map(Host::name).distinct().collect(Collectors.toUnmodifiableList());
    }

    /**
     * Tells what became of a connection to one of the hosts. One that could not be reached stands behind the others in the
     * routes of the next while.
     *
     * @param reached whether a session with it was to be had. Refusing a mail or a recipient is no fault of that kind, nor
     *     is having no connection free
     */
    public void report(Host host, boolean reached) {
        health.report(host.address(), reached);
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
