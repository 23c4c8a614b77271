// SPDX-License-Identifier: Apache-2.0
package org.postlane.route;

import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Domain;
import org.postlane.smtp.TlsMode;

/** The TLS that an administrator configured, for all domains and for some. Safe to share. */
public final class DomainTlsPolicy implements TlsPolicy {
    private final HostSession usual;
    private final DomainRules<TlsMode> rules;

    /**
     * A policy.
     *
     * @param usual for domains that no rule names
     * @param rules by domain, and by the name of the mail server where no rule names the domain
     */
    public DomainTlsPolicy(HostSession usual, DomainRules<TlsMode> rules) {
        this.usual = usual;
        this.rules = rules;
    }

    @Override
    public CompletableFuture<HostSession> sessionFor(Domain recipient, String server) {
        return CompletableFuture.completedFuture(rules.ofDomain(recipient.asString()).or(() -> rules.ofMx(server))
            .or(rules::byDefault).map(rule -> usual.withTls(rule.value())).orElse(usual));
    }
}
