// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.mailet.Mail;
import org.postlane.outbound.delayed.PutOffQueue;

/** What the engine knows about queues that ignore delays, for others who put mail off. Stateless. */
public final class PutOffMail {
    private PutOffMail() {
    }

    /**
     * A queue that honours delays of some minutes: the same, where it does, or one with others of its kind beside it. To be
     * closed in its place.
     *
     * @param queues makes the queues beside one that ignores them
     * @param early how long a mail that was put off has to wait yet; zero when it is due
     * @param timers run what is short
     */
    public static MailQueue in(MailQueue queue, MailQueueFactory<?> queues, Function<Mail, Duration> early,
                               ScheduledExecutorService timers) {
        return PutOffQueue.around(queue, queues, early, timers);
    }

    /** The queues of James that one is made of. */
    public static List<MailQueue> parts(MailQueue queue) {
        return PutOffQueue.parts(queue);
    }
}
