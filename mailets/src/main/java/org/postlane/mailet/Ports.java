// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

/** The ports of servers that name none. */
final class Ports {
    /** RFC 5321 4.5.4.2. */
    static final int SMTP = 25;
    /** RFC 8314 7.3 gave it to submission over TLS; gateways answer there. */
    static final int SMTPS = 465;
    /** What servers of LMTP listen on; RFC 2033 5 only says that it is not 25. */
    static final int LMTP = 24;
    static final int HIGHEST = 65_535;

    private Ports() {
    }
}
