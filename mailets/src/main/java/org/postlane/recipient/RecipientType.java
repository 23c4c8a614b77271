// SPDX-License-Identifier: Apache-2.0
package org.postlane.recipient;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an address is to this server, and therefore which lane its copy of a mail takes. */
public enum RecipientType {
    /** A mailbox of this server. */
    LOCAL,
    /** A rewrite mapping (alias, group, forward, regular expression, domain mapping) says where it really goes. */
    VIRTUAL,
    /** A domain that this server forwards for, without holding its mailboxes. */
    RELAY,
    /** Everything else: found by MX, and only for those who may relay. */
    EXTERNAL,
    /** A local domain without such a user: refused. */
    UNKNOWN;

    /** The name used in configuration, attributes, metrics and logs: lower case. */
    public String asString() {
        return name().toLowerCase(Locale.US);
    }

    /** The type with that configuration name, in any case; empty for any other text. */
    public static Optional<RecipientType> parse(String name) {
        return Arrays.stream(values())
            .filter(type -> type.name().equalsIgnoreCase(name.trim()))
            .findFirst();
    }
}
