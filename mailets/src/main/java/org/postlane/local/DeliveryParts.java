// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/** What all mails on their way into mailboxes have in common. */
final class DeliveryParts {
    private final MailboxWriter writer;
    private final Slots slots;
    private final OverdueAttempts overdue = new OverdueAttempts();
    private final LocalMetrics metrics;
    private final ScheduledExecutorService timer;
    private final Executor threads;
    private final Supplier<Duration> timeout;

    DeliveryParts(MailboxWriter writer, Slots slots, LocalMetrics metrics, ScheduledExecutorService timer, Executor threads,
            Supplier<Duration> timeout) {
        this.writer = writer;
        this.slots = slots;
        this.metrics = metrics;
        this.timer = timer;
        this.threads = threads;
        this.timeout = timeout;
    }

    MailboxWriter writer() {
        return writer;
    }

    Slots slots() {
        return slots;
    }

    OverdueAttempts overdue() {
        return overdue;
    }

    LocalMetrics metrics() {
        return metrics;
    }

    /** For short work that does not wait. */
    ScheduledExecutorService timer() {
        return timer;
    }

    /** Threads that may wait for a mailbox. */
    Executor threads() {
        return threads;
    }

    /** For how long an attempt keeps its slot, and its mail. */
    Duration timeout() {
        return timeout.get();
    }
}
