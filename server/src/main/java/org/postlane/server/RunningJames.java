// SPDX-License-Identifier: Apache-2.0
package org.postlane.server;

import org.apache.james.GuiceJamesServer;

/** A James that takes mail, whatever it keeps its mail in. */
public interface RunningJames {
    /** The James that runs. */
    GuiceJamesServer server();

    /** Stops the server, and lets go of what it kept its mail in; may hang where James does, see {@link CleanStop}. */
    void stop();
}
