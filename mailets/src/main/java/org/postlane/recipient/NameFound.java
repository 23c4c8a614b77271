// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.List;
import java.util.Optional;

import org.apache.james.core.MailAddress;

/** Whom a name may mean, and what is known of the one where it means one. Immutable. */
public final class NameFound {
    private final List<MailAddress> addresses;
    private final boolean tooManyDomains;
    private final Optional<Classification> classification;
    private final Optional<MailAddress> goesOnTo;

    private NameFound(List<MailAddress> addresses, boolean tooManyDomains, Optional<Classification> classification,
            Optional<MailAddress> goesOnTo) {
        this.addresses = List.copyOf(addresses);
        this.tooManyDomains = tooManyDomains;
        this.classification = classification;
        this.goesOnTo = goesOnTo;
    }

    static NameFound one(MailAddress address, Classification classification, Optional<MailAddress> goesOnTo) {
        return new NameFound(List.of(address), false, Optional.of(classification), goesOnTo);
    }

    static NameFound of(List<MailAddress> addresses) {
        return new NameFound(addresses, false, Optional.empty(), Optional.empty());
    }

    static NameFound tooManyDomains() {
        return new NameFound(List.of(), true, Optional.empty(), Optional.empty());
    }

    /** The addresses that it may mean. An address that was asked for as such is here, whatever it is. */
    public List<MailAddress> addresses() {
        return addresses;
    }

    /** Whether it was looked for nowhere, because it may be in too many domains. */
    public boolean isInTooManyDomains() {
        return tooManyDomains;
    }

    /** What the address is; present where there is one alone. */
    public Optional<Classification> classification() {
        return classification;
    }

    /** The one address elsewhere that all its mail goes on to, if that is so. */
    public Optional<MailAddress> goesOnTo() {
        return goesOnTo;
    }
}
