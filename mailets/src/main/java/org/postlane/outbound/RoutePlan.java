// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.postlane.route.NoRouteException;
import org.postlane.route.Route;
import org.postlane.route.RouteSource;
import org.postlane.route.RouteTable;
import org.postlane.smtp.Futures;

/** The recipients of a mail, put together by route: those that one host serves share a transaction. Immutable. */
final class RoutePlan {
    /** Recipients that go the same way, or for whom there is the same reason why there is none. */
    static final class Group {
        private final Route route;
        private final NoRouteException failure;
        private final List<MailAddress> recipients = new ArrayList<>();

        private Group(Route route, NoRouteException failure) {
            this.route = route;
            this.failure = failure;
        }

        /** Null where there is none. */
        Route route() {
            return route;
        }

        /** Why there is no route; null where there is one. */
        NoRouteException failure() {
            return failure;
        }

        List<MailAddress> recipients() {
            return recipients;
        }
    }

    private final List<Group> groups;

    private RoutePlan(Collection<Group> groups) {
        this.groups = List.copyOf(groups);
    }

    List<Group> groups() {
        return groups;
    }

    /** Looks up the route of every destination. */
    static CompletableFuture<RoutePlan> of(Collection<MailAddress> recipients, Optional<Domain> sender, RouteTable routes) {
        Map<String, List<MailAddress>> byDestination = new LinkedHashMap<>();
        Map<String, CompletableFuture<Group>> found = new LinkedHashMap<>();
        for (MailAddress recipient : recipients) {
            RouteSource source = routes.choose(sender, recipient.getDomain());
            String destination = source.destination(recipient.getDomain());
            byDestination.computeIfAbsent(destination, key -> new ArrayList<>()).add(recipient);
            found.computeIfAbsent(destination, key -> lookUp(recipient.getDomain(), source));
        }
        return CompletableFuture.allOf(found.values().toArray(new CompletableFuture<?>[0])).thenApply(nothing -> {
            Map<Object, Group> groups = new LinkedHashMap<>();
            found.forEach((destination, group) -> {
                Group looked = group.join();
                // Each failure is a group of its own: its text names the domain.
                groups.computeIfAbsent(looked.route == null ? destination : looked.route, key -> looked)
                    .recipients.addAll(byDestination.get(destination));
            });
            return new RoutePlan(groups.values());
        });
    }

    private static CompletableFuture<Group> lookUp(Domain domain, RouteSource source) {
        return Futures.recover(source.resolve(domain).thenApply(route -> new Group(route, null)), failure -> {
            Throwable root = Futures.rootOf(failure);
            return CompletableFuture.completedFuture(new Group(null, root instanceof NoRouteException
                ? (NoRouteException) root
                : new NoRouteException(NoRouteException.Kind.TEMPORARY,
                    "4.4.3 Looking up the route of " + domain.asString() + " failed: " + root)));
        });
    }
}
