// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Domain;

/** Finds the hosts for mail to a domain. Safe to call from any thread. */
public interface RouteSource {
    /**
     * The name under which mail to this domain is scheduled. Mail of domains with one name goes the same way: it may wait
     * together, and share a transaction. By MX that is the domain, in lower case; by gateways it is {@code gateway} and what
     * they are called.
     */
    String destination(Domain recipient);

    /**
     * The route to a domain as it is now. Never blocks; completes on a thread that must not be blocked either.
     *
     * @return fails with a {@link NoRouteException} when no host takes mail for it, or none can be found now
     */
    CompletableFuture<Route> resolve(Domain recipient);
}
