// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Picks the addresses of a host that this machine can connect to, and puts them in order: IPv6 first, then one of each family in
 * turn, so that a family that does not work here costs one time-out and not all of them (RFC 8305 4); in each family in random
 * order, for the load. Safe to share.
 */
public final class UsableAddresses {
    private final AddressFamilies families;
    private final InetAddress source;
    private final Predicate<InetAddress> reachable;

    /**
     * Addresses of these families.
     *
     * @param source the address of this machine that connections come from, which can reach its own family only; empty for any
     */
    public UsableAddresses(AddressFamilies families, Optional<InetAddress> source) {
        this(families, source, MachineAddresses::couldReach);
    }

    UsableAddresses(AddressFamilies families, Optional<InetAddress> source, Predicate<InetAddress> reachable) {
        this.families = families;
        this.source = source.orElse(null);
        this.reachable = reachable;
    }

    /** The usable ones of these, in the order in which to try them. */
    List<InetAddress> of(Collection<InetAddress> addresses) {
        List<InetAddress> usable = addresses.stream().distinct().filter(this::isUsable).collect(Collectors.toList());
        Collections.shuffle(usable);
        List<InetAddress> six = usable.stream().filter(address -> !isIpv4(address)).collect(Collectors.toList());
        List<InetAddress> four = usable.stream().filter(UsableAddresses::isIpv4).collect(Collectors.toList());
        List<InetAddress> inTurn = new ArrayList<>();
        for (int i = 0; i < Math.max(six.size(), four.size()); i++) {
            if (i < six.size()) {
                inTurn.add(six.get(i));
            }
            if (i < four.size()) {
                inTurn.add(four.get(i));
            }
        }
        return inTurn;
    }

    private boolean isUsable(InetAddress address) {
        if (!families.allow(address)) {
            return false;
        }
        if (source != null) {
            return isIpv4(source) == isIpv4(address);
        }
        // Who names one family means it, whatever the interfaces of this machine look like.
        return families != AddressFamilies.ANY || reachable.test(address);
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    @Override
    public String toString() {
        return source == null ? families.toString() : families + " from " + source.getHostAddress();
    }
}
