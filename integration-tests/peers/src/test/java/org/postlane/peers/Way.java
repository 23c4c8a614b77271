// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.postlane.smtp.Protocol;
import org.postlane.smtp.SessionSettings;

/**
 * One way of sending mail to a peer; every test of a contract runs over each that the peer has.
 *
 * @param name names the way in reports and, having only letters and hyphens, in addresses
 * @param protocol what the port speaks
 * @param port of the peer
 * @param ignored extensions that the session leaves alone
 * @param inFlight how many mails may be without an outcome at once
 */
record Way(String name, Protocol protocol, int port, Set<String> ignored, int inFlight) {
    /** What counts as several at once. */
    static final int SEVERAL = 8;

    /**
     * DATA and BDAT, with and without PIPELINING, and several mails in flight.
     *
     * @param port offers CHUNKING and PIPELINING
     * @param withoutPipelining the same without PIPELINING
     */
    static List<Way> all(Protocol protocol, int port, int withoutPipelining) {
        return List.of(
            new Way("data", protocol, port, Set.of("CHUNKING"), 1),
            new Way("data-one-by-one", protocol, withoutPipelining, Set.of("CHUNKING", "PIPELINING"), 1),
            new Way("data-in-flight", protocol, port, Set.of("CHUNKING"), SEVERAL),
            new Way("bdat", protocol, port, Set.of(), 1),
            new Way("bdat-one-by-one", protocol, withoutPipelining, Set.of("PIPELINING"), 1),
            new Way("bdat-in-flight", protocol, port, Set.of(), SEVERAL));
    }

    SessionSettings to(Peer peer) {
        return settings(peer).build();
    }

    /** As {@link #to}, leaving one more extension alone. */
    SessionSettings toIgnoring(Peer peer, String extension) {
        return settings(peer).ignoring(Stream.concat(ignored.stream(), Stream.of(extension)).toList()).build();
    }

    private SessionSettings.Builder settings(Peer peer) {
        return Sessions.to(peer, port).protocol(protocol).ignoring(ignored).transactionsInFlight(inFlight);
    }

    @Override
    public String toString() {
        return name;
    }
}
