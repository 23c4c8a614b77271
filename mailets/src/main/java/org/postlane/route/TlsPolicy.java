// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Domain;

/**
 * Decides how the session with a mail server of a domain is protected. Policies that the recipient's side publishes come from
 * the network, so an answer may take a while; it never blocks. Safe to share.
 */
@FunctionalInterface
public interface TlsPolicy {
    /**
     * How to speak with this host about mail for this domain.
     *
     * @param recipient the domain of the recipients, which the policy belongs to: two domains with one MX may differ
     * @param server the name of the mail server
     * @return fails with a {@link NoRouteException} where the policy cannot be had, and the mail has to wait for it
     */
    CompletableFuture<HostSession> sessionFor(Domain recipient, String server);
}
