// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.apache.james.queue.api.MailQueueName;

/**
 * The destinations of all outgoing queues, and what an administrator may do to one. Those are listed that have mail in hand, a
 * penalty or an order of an administrator; the others are not remembered.
 *
 * <p>Each change returns the destination as it stands after it, and nothing where there is no such queue, or where the name is
 * not one that this queue's destinations can have. A name without mail at the moment may be changed all the same, so that an
 * order does not depend on whether its mail has already come. An order lasts until it is over, is revoked, or James stops.
 *
 * <p>Safe for use by several threads; never blocks.
 */
public interface Destinations {
    /** All of them, in no order; as they stood one after the other, not at one moment. */
    List<DestinationStatus> list();

    /** One of them; empty where it is not known. */
    Optional<DestinationStatus> find(MailQueueName queue, String name);

    /**
     * Starts no more deliveries there; those under way end. Replaces an order to bounce.
     *
     * @param duration after which it ends by itself; empty: with {@link #resume}
     */
    Optional<DestinationStatus> suspend(MailQueueName queue, String name, Optional<Duration> duration);

    /** Ends a suspension, an order to bounce and a penalty. */
    Optional<DestinationStatus> resume(MailQueueName queue, String name);

    /** Ends a penalty and tries at once what is in hand; mail that waits in the durable queue comes when it is due. */
    Optional<DestinationStatus> flush(MailQueueName queue, String name);

    /**
     * Returns to its senders what is in hand and what comes within this time. Replaces a suspension.
     *
     * @param reason what the report tells the senders; one line
     */
    Optional<DestinationStatus> bounce(MailQueueName queue, String name, Duration duration, String reason);
}
