// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import org.apache.james.queue.api.MailQueueName;
import org.postlane.schedule.Scheduler;

/** Destinations of schedulers that a test made. */
public final class KnownDestinations {
    private KnownDestinations() {
    }

    public static QueueDestinations of(String queue, Scheduler<?> scheduler) {
        QueueDestinations destinations = new QueueDestinations();
        destinations.add(MailQueueName.of(queue), scheduler, name -> MailFetch.QUEUE_FLUSH);
        return destinations;
    }
}
