// SPDX-License-Identifier: Apache-2.0
package org.postlane.server.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.postlane.testing.Pop3Dialogue;

/** Looks into a POP3 box again and again, and enters what is new. One thread at a time. */
final class Maildrop {
    /** A box shows what it held at login, so arrival is known to this much. */
    static final Duration INTERVAL = Duration.ofMillis(100);

    private final Type type;
    private final String user;
    private final int port;
    private final Ledger ledger;
    private final Set<String> seen = new HashSet<>();

    Maildrop(Type type, String user, int port, Ledger ledger) {
        this.type = type;
        this.user = user;
        this.port = port;
        this.ledger = ledger;
    }

    /** One look. */
    void look() {
        try (Pop3Dialogue box = Pop3Dialogue.connect(Ports.HOST, port).login(user, World.PASSWORD)) {
            Instant now = Instant.now();
            for (Map.Entry<Integer, String> message : box.uidl().entrySet()) {
                if (seen.add(message.getValue())) {
                    ledger.arrived(type, box.retr(message.getKey()), now);
                }
            }
            box.quit();
        }
    }
}
