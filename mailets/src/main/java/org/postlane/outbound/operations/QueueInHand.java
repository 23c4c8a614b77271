// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import java.time.Duration;
import java.util.Optional;

/** What was taken out of one queue and is not settled. Safe to call from any thread; cheap. */
public interface QueueInHand {
    /** Mails. */
    int mails();

    /** Octets of their messages. */
    long octets();

    /** How long the one that was taken first has been in hand; empty where there is none. */
    Optional<Duration> oldest();
}
