// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

/** Who is who in the demonstration. All names are reserved ones (RFC 2606): nothing here can reach a real host. */
final class World {
    /** The domain of the server that is shown. */
    static final String DOMAIN = "here.example";
    /** A domain it takes mail for and passes on. */
    static final String RELAY_DOMAIN = "branch.example";
    /** A domain somewhere on the Internet. */
    static final String EXTERNAL_DOMAIN = "elsewhere.example";
    /** The user who sends the corpus. */
    static final String SENDER = "postman@" + DOMAIN;
    /** The user behind the virtual recipient. */
    static final String BEHIND_SALES = "bob@" + DOMAIN;
    /** Everybody's, on a server that only this machine can reach and that is gone with the process. */
    static final String PASSWORD = "secret";

    private World() {
    }
}
