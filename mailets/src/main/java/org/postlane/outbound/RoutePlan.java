// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.postlane.route.NoRouteException;
import org.postlane.route.Route;
import org.postlane.route.RouteResolver;

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

    /** Looks up the route of every domain, on threads that may block. */
    static CompletableFuture<RoutePlan> of(Collection<MailAddress> recipients, RouteResolver resolver, Executor lookups) {
        Map<Domain, List<MailAddress>> byDomain = recipients.stream()
            .collect(Collectors.groupingBy(
                recipient -> resolver.dependsOnDomain() ? recipient.getDomain() : Domain.LOCALHOST,
                LinkedHashMap::new, Collectors.toList()));
        Map<Domain, CompletableFuture<Group>> found = new LinkedHashMap<>();
        byDomain.forEach((domain, some) -> found.put(domain,
            CompletableFuture.supplyAsync(() -> lookUp(some.get(0).getDomain(), resolver), lookups)));
        return CompletableFuture.allOf(found.values().toArray(new CompletableFuture<?>[0])).thenApply(nothing -> {
            Map<Object, Group> groups = new LinkedHashMap<>();
            found.forEach((domain, group) -> {
                Group looked = group.join();
                // Each failure is a group of its own: its text names the domain.
                groups.computeIfAbsent(looked.route == null ? domain : looked.route, key -> looked)
                    .recipients.addAll(byDomain.get(domain));
            });
            return new RoutePlan(groups.values());
        });
    }

    private static Group lookUp(Domain domain, RouteResolver resolver) {
        try {
            return new Group(resolver.resolve(domain), null);
        } catch (NoRouteException e) {
            return new Group(null, e);
        } catch (RuntimeException e) {
            return new Group(null, new NoRouteException(NoRouteException.Kind.TEMPORARY,
                "4.4.3 Looking up the route of " + domain.asString() + " failed: " + e));
        }
    }
}
