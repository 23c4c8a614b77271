// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.IOException;

/** The connection is over, for the reason given; unwinds the connection's thread. */
final class ConnectionEnded extends IOException {
    private final Ending ending;

    ConnectionEnded(Ending ending) {
        super("connection ended: " + ending);
        this.ending = ending;
    }

    Ending ending() {
        return ending;
    }
}
