// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

/** What bounds a route, in one place. A domain with a hundred dead addresses shall not cost a hundred time-outs. */
public final class RouteLimits {
    /** Mail servers of one route: Postfix stops after as many addresses (smtp_mx_address_limit), for the same reason. */
    public static final int MOST_SERVERS = 5;
    /** Addresses of one route: of each of five servers one of either family, or ten of a single one. */
    public static final int MOST_ADDRESSES = 10;
    /** MX records whose addresses are looked up: some of the first five may have none. */
    public static final int MOST_LOOK_UPS = 10;

    private RouteLimits() {
    }
}
