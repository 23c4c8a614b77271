// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;

/** What local delivery counts, beside James' own {@code localDeliveredMails}: {@code postlane.local.retried} and so on. */
final class LocalMetrics {
    private final Metric retried;
    private final Metric failed;
    private final Metric overdue;
    private final Metric putOff;

    LocalMetrics(MetricFactory factory) {
        this.retried = factory.generate("postlane.local.retried");
        this.failed = factory.generate("postlane.local.failed");
        this.overdue = factory.generate("postlane.local.overdue");
        this.putOff = factory.generate("postlane.local.putOff");
    }

    /** Attempts that failed and are made again. */
    void retried() {
        retried.increment();
    }

    /** Recipients whose mailbox did not take the mail in the end. */
    void failed(int recipients) {
        failed.add(recipients);
    }

    /** Attempts that outlived the time limit, each once. */
    void overdue() {
        overdue.increment();
    }

    /** Recipients who wait in the queue for another run. */
    void putOff(int recipients) {
        putOff.add(recipients);
    }
}
