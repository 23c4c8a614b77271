// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.Locale;

import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Mail;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line and one count for each outcome. The line is what an administrator looks for when asked where a mail is: its logger
 * has a name of its own, {@code org.postlane.delivery}. Safe to share.
 */
final class OutcomeLog {
    private static final Logger LOGGER = LoggerFactory.getLogger("org.postlane.delivery");

    private final MetricFactory metrics;

    OutcomeLog(MetricFactory metrics) {
        this.metrics = metrics;
    }

    void record(Mail mail, Verdict verdict) {
        String status = verdict.status().name().toLowerCase(Locale.US);
        try {
            metrics.generate("postlane.outbound." + status).increment();
        } catch (RuntimeException e) {
            // A count is not worth a mail.
            LOGGER.warn("The outcome of {} could not be counted", mail.getName(), e);
        }
        LOGGER.info("{} mail={} from=<{}> to=<{}> host={} attempt={} reply=\"{}\"", status, mail.getName(),
            mail.getMaybeSender().asString(""), verdict.recipient().asString(), verdict.host(),
            DeliveryRetriesHelper.retrieveRetries(mail) + 1, verdict.explanation());
    }
}
