// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.dns;

import java.util.Locale;

import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/** Names as tests write them, and as they are on the wire. */
final class DnsNames {
    private DnsNames() {
    }

    /** The name on the wire, whose last dot a test may leave out, in lower case. */
    static Name absolute(String name) {
        try {
            return Name.fromString(name.toLowerCase(Locale.ROOT), Name.root);
        } catch (TextParseException e) {
            throw new IllegalArgumentException("Not a name that DNS can hold: " + name, e);
        }
    }

    /** The name as a test writes it: in lower case, without the last dot; the root is empty. */
    static String text(Name name) {
        return name.toString(true).toLowerCase(Locale.ROOT);
    }
}
