// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.fleet;

/** Where in a session a host stalls or hangs up: in place of its answer to this. */
public enum Phase {
    /** The connection: no greeting. */
    CONNECT,
    /** EHLO or HELO. */
    EHLO,
    /** STARTTLS, which a host offers that stalls here or in the handshake. */
    STARTTLS,
    /** The TLS handshake: STARTTLS is answered 220, and nothing follows. */
    HANDSHAKE,
    /** MAIL. */
    MAIL,
    /** RCPT. */
    RCPT,
    /** DATA. */
    DATA,
    /**
     * The content, which is asked for and then not read: the client comes to a halt when the buffers between are full, so it
     * has to be larger than they are (1 MB does). A client that gives up is not noticed.
     */
    CONTENT,
    /** The final dot. */
    DOT
}
