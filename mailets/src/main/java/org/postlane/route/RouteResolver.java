// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import org.apache.james.core.Domain;

/** Finds the route of a domain. Safe to call from any thread. */
@FunctionalInterface
public interface RouteResolver {
    /**
     * The route of a domain. May block on DNS, so never call it on a thread that serves connections.
     *
     * @throws NoRouteException when no host takes mail for it, or none can be found now
     */
    Route resolve(Domain domain) throws NoRouteException;

    /** Whether two domains may have different routes; otherwise one look-up serves a whole mail. */
    default boolean dependsOnDomain() {
        return true;
    }
}
