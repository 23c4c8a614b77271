// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.Optional;

import org.apache.james.core.Domain;
import org.postlane.james.ConfigurationError;
import org.postlane.james.Parameters;

/**
 * The domains of which every address is virtual: one without a mapping is unknown, even where there is a mailbox of that name.
 * Any mailet may declare them, and all that do must declare the same ones.
 *
 * <p>One for the whole James. Safe for use by several threads.
 */
public final class VirtualDomains {
    /** The parameter by which mailets declare them. */
    public static final String PARAMETER = "virtualDomains";

    private volatile Optional<DomainSet> domains = Optional.empty();
    private String declaredIn = "";

    /**
     * Declares what the administrator wrote in the element, if anything.
     *
     * @throws ConfigurationError where an entry is no domain, or another element declares other domains
     */
    public void declare(Parameters parameters) {
        parameters.text(PARAMETER, "domains separated by commas, each " + DomainSet.EXPECTED)
            .ifPresent(text -> declare(parameters.where(), text));
    }

    synchronized void declare(String where, String text) {
        DomainSet wanted = RelayDomains.parse(where, PARAMETER, text);
        if (domains.filter(present -> !present.equals(wanted)).isPresent()) {
            throw new ConfigurationError(where, PARAMETER, text, "the domains that are declared in " + declaredIn + ", "
                + domains.get());
        }
        domains = Optional.of(wanted);
        declaredIn = where;
    }

    /** Whether the domain is one of them. */
    public boolean contains(Domain domain) {
        return domains.map(declared -> declared.contains(domain)).orElse(false);
    }
}
