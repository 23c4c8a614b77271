// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.IOException;
import java.time.Duration;

/**
 * The server's turn to speak: what a {@link Reaction} may do. Belongs to the connection's thread and to one reaction only.
 *
 * <p>Every method throws an {@link IOException} when the connection has ended; a reaction lets it pass.
 */
public interface Turn {

    /** The connection on which the server is to speak. */
    Connection connection();

    /** The reply that a correct server gives now, lines separated by LF; empty where nothing is usually said. */
    String usualReply();

    /**
     * Sends a reply in one write, exactly as given, each line (separated by LF) ended with CRLF. The code is taken from
     * its last line.
     */
    void send(String reply) throws IOException;

    /**
     * Sends bytes exactly as given.
     *
     * @param code the reply code by which the server itself is to go on, or 0 for none; only the first non-zero one counts
     */
    void sendBytes(byte[] bytes, int code) throws IOException;

    /** Waits before going on; ends early when the connection or the server is closed. */
    void pause(Duration time) throws IOException;

    /** Waits, reading nothing beyond one buffer, until the stall is released or the peer has gone. */
    void await(Stall stall) throws IOException;

    /** Waits until the client has sent something that nobody has read yet, or has gone. */
    void awaitInput() throws IOException;

    /** Ends the connection with a FIN (after the TLS close alert, if any); never returns normally. */
    void close() throws IOException;

    /** Ends the connection with a RST; never returns normally. */
    void reset() throws IOException;
}
