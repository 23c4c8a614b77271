// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.util.Locale;
import java.util.Map;

/**
 * The counters of a server at one moment.
 *
 * <p>The server counts a connection as closed once it has seen QUIT (before it answers) or the client's FIN or RST. A client that
 * closes one connection without QUIT and opens another at once may thus appear to have both open for a moment.
 *
 * @param connectionsOpened connections that were let in
 * @param connectionsRefused connections turned away with 421 because the limit was reached
 * @param currentlyOpen open now
 * @param maxOpenAtOnce the most that were open at any moment
 * @param transactions MAIL commands that were accepted
 * @param mailsAccepted contents that were answered 2xx
 * @param commands how often each verb was received, in upper case
 */
public record Statistics(
    int connectionsOpened,
    int connectionsRefused,
    int currentlyOpen,
    int maxOpenAtOnce,
    long transactions,
    long mailsAccepted,
    Map<String, Long> commands) {

    /** How often this verb was received. */
    public long commands(String verb) {
        return commands.getOrDefault(verb.toUpperCase(Locale.ROOT), 0L);
    }
}
