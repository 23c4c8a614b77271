// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

/** How a connection ended. */
public enum Ending {
    /** The client said QUIT; counted before the reply to it is sent. */
    QUIT,
    /** The client closed its side without QUIT. */
    EOF,
    /** The client reset the connection, or it broke. */
    RESET,
    /** The server closed it, because its behaviour or the test said so. */
    CLOSED_BY_SERVER,
    /** The server reset it, because its behaviour or the test said so. */
    RESET_BY_SERVER,
    /** A TLS handshake failed. */
    TLS_FAILED,
    /** The server as a whole was closed. */
    SERVER_STOPPED
}
