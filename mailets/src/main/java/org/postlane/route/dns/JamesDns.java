// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

import org.apache.james.dnsservice.api.DNSService;

/** Finds the way to ask that fits the resolver of a James. */
public final class JamesDns {
    /** Threads that wait for a resolver that blocks. */
    private static final int BLOCKING_LOOK_UPS = 16;

    private JamesDns() {
    }

    /** DNS by the servers that this resolver uses, or by itself. */
    public static MailDns of(DNSService dns) {
        return new ServiceDns(dns, LookupThreads.of("postlane-lookup", BLOCKING_LOOK_UPS));
    }
}
