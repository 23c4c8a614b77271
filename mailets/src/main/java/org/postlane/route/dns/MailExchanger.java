// SPDX-License-Identifier: Apache-2.0
package org.postlane.route.dns;

/** One MX record. Immutable. */
public final class MailExchanger {
    private final int preference;
    private final String target;

    /** A record; the lower the preference, the better. */
    public MailExchanger(int preference, String target) {
        this.preference = preference;
        this.target = target;
    }

    /** The lower, the better. */
    public int preference() {
        return preference;
    }

    /** The name as it was found, and for resolvers in memory an address or a port with it. Empty or a dot: no mail (RFC 7505). */
    public String target() {
        return target;
    }

    @Override
    public String toString() {
        return preference + " " + target;
    }
}
