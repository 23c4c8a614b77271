// SPDX-License-Identifier: Apache-2.0
package org.postlane.peers;

import java.util.function.UnaryOperator;

import org.postlane.smtp.SessionSettings;

/**
 * One way of sending mail to a peer; every test of the contract runs over each that the peer has.
 *
 * @param name names the way in reports and, having only letters and hyphens, in addresses
 * @param port of the peer
 * @param settings what the session has beyond the ordinary
 */
record Way(String name, int port, UnaryOperator<SessionSettings.Builder> settings) {
    SessionSettings to(Peer peer) {
        return settings.apply(Sessions.to(peer, port)).build();
    }

    @Override
    public String toString() {
        return name;
    }
}
