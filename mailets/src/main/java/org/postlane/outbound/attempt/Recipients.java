// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

import com.google.common.collect.Lists;
import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.postlane.route.RouteSource;
import org.postlane.route.RouteTable;

/** Recipients of one mail that go to one destination, at most as many as one transaction takes. Immutable. */
final class Recipients {
    /** RFC 5321 4.5.3.1.8: what every server takes in one transaction. */
    static final int MOST = 100;

    private final String destination;
    private final RouteSource source;
    private final List<MailAddress> addresses;

    private Recipients(String destination, RouteSource source, List<MailAddress> addresses) {
        this.destination = destination;
        this.source = source;
        this.addresses = List.copyOf(addresses);
    }

    /**
     * Sorts recipients by destination. Those of one domain stay together and in order.
     *
     * @param named whether a rule names a domain, which then is a destination of its own also behind gateways
     */
    static List<Recipients> sort(Collection<MailAddress> recipients, Optional<Domain> sender, RouteTable routes,
                                 Predicate<String> named) {
        Map<Domain, RouteSource> sources = new LinkedHashMap<>();
        Map<String, Map<RouteSource, List<MailAddress>>> sorted = new LinkedHashMap<>();
        for (MailAddress recipient : recipients) {
            Domain domain = recipient.getDomain();
            RouteSource source = sources.computeIfAbsent(domain, key -> routes.choose(sender, key));
            sorted.computeIfAbsent(destination(source, domain, named), key -> new LinkedHashMap<>())
                .computeIfAbsent(source, key -> new ArrayList<>())
                .add(recipient);
        }
        List<Recipients> all = new ArrayList<>();
        sorted.forEach((destination, bySource) -> bySource.forEach((source, some) ->
            Lists.partition(some, MOST).forEach(slice -> all.add(new Recipients(destination, source, slice)))));
        return all;
    }

    private static String destination(RouteSource source, Domain domain, Predicate<String> named) {
        String destination = source.destination(domain);
        // The name of a domain has no blank: what has one is shared by several.
        return destination.indexOf(' ') >= 0 && named.test(domain.asString()) ? domain.asString() : destination;
    }

    /** Where they are scheduled. */
    String destination() {
        return destination;
    }

    /** What finds the route, which is the same for all of them. */
    RouteSource source() {
        return source;
    }

    /** The domain by which the route is found. */
    Domain domain() {
        return addresses.get(0).getDomain();
    }

    List<MailAddress> addresses() {
        return addresses;
    }
}
