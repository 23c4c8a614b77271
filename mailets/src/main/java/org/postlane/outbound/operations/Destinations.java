// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.google.inject.ProvidedBy;
import org.apache.james.queue.api.MailQueueName;
import org.postlane.james.MissingModule;
import org.postlane.schedule.DestinationStatus;

/**
 * The destinations of all outgoing queues, and what an administrator may do to one.
 *
 * <p>Each order but a flush returns the destination as it stands after it, and nothing where there is no such queue. A
 * destination without mail at the moment takes an order all the same: it must not depend on whether the mail has come already.
 * An order lasts until it is over or is revoked, also over a restart; it is written to the disk before it returns.
 *
 * <p>Safe for use by several threads.
 */
@ProvidedBy(MissingModule.class)
public interface Destinations {
    /** The queues that are being delivered. */
    Set<MailQueueName> queues();

    /** Those that are remembered: they have mail in hand, an order, a penalty, or had mail lately. */
    Map<MailQueueName, List<DestinationStatus>> list();

    /** One of them; empty where it is not remembered. */
    Optional<DestinationStatus> find(MailQueueName queue, String name);

    /**
     * Starts no more deliveries there; those under way end. Replaces an order to bounce.
     *
     * @param duration after which it ends by itself; empty: with {@link #resume}
     */
    Optional<DestinationStatus> suspend(MailQueueName queue, String name, Optional<Duration> duration);

    /** Ends a suspension or an order to bounce. */
    Optional<DestinationStatus> resume(MailQueueName queue, String name);

    /**
     * Ends a penalty, tries at once what is in hand, and begins to fetch the destination's delayed mail out of the durable queue.
     * Other destinations' mail goes on waiting until it is due.
     *
     * @return how delayed mail is fetched, in the background; empty where there is no such queue
     */
    Optional<MailFetch> flush(MailQueueName queue, String name);

    /**
     * Returns to its senders what is in hand and what comes within this time. Replaces a suspension.
     *
     * @param reason what the report tells the senders; one line
     */
    Optional<DestinationStatus> bounce(MailQueueName queue, String name, Duration duration, String reason);
}
