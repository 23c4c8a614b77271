// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.operations;

import java.time.Clock;
import java.time.Duration;
import java.util.Locale;

import org.apache.james.queue.api.MailQueueName;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Mail;
import org.postlane.outbound.mail.DeliveryIdentity;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.mail.Verdict;
import org.postlane.smtp.RecipientResult.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line and one count for each outcome. The line is what an administrator looks for when asked where a mail is: its logger
 * has a name of its own, {@code org.postlane.delivery}, and {@code docs/outbound.md} has the fields. Safe to share.
 */
public final class OutcomeLog {
    private static final Logger LOGGER = LoggerFactory.getLogger("org.postlane.delivery");
    private static final double MILLIS = 1_000.0;

    private final MailQueueName queue;
    private final OutboundMetrics metrics;
    private final Clock clock;

    /** The log of one queue. */
    public OutcomeLog(MailQueueName queue, OutboundMetrics metrics, Clock clock) {
        this.queue = queue;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Records what became of a recipient. Never fails.
     *
     * @param mail as it was taken out of the queue
     * @param destination the scheduler's name of what it was to be delivered to
     * @param delivery the identity that all attempts of this mail share
     */
    public void record(Mail mail, Verdict verdict, String destination, String delivery) {
        if (!verdict.wasTried()) {
            metrics.handedBack();
            LOGGER.debug("{} has no turn for {}: {}", mail.getName(), verdict.recipient(), verdict.explanation());
            return;
        }
        Duration inQueue = QueueTimes.age(mail, clock);
        metrics.outcome(verdict, inQueue);
        if (LOGGER.isInfoEnabled()) {
            Status status = verdict.status() == Status.NEXT_TRANSACTION ? Status.DEFERRED : verdict.status();
            LOGGER.info("{}", line(mail, verdict, status, destination, delivery, inQueue).add("reply", verdict.explanation()));
        }
    }

    /** Records that a recipient is not tried any more, although nobody refused it for good. */
    public void givenUp(Mail mail, Verdict last) {
        metrics.givenUp();
        if (LOGGER.isInfoEnabled()) {
            LOGGER.info("{}", line(mail, last, Status.FAILED, last.recipient().getDomain().asString(), DeliveryIdentity.of(mail),
                QueueTimes.age(mail, clock)).add("reply", "Given up; the last was: " + last.explanation()));
        }
    }

    private LogLine line(Mail mail, Verdict verdict, Status status, String destination, String delivery, Duration inQueue) {
        LogLine line = new LogLine()
            .add("outcome", lower(status))
            .add("to", verdict.recipient().asString())
            .add("from", mail.getMaybeSender().asString(""))
            .add("mail", mail.getName())
            .add("delivery", delivery)
            .add("queue", queue.asString())
            .add("destination", destination)
            .add("host", verdict.host())
            .add("attempt", DeliveryRetriesHelper.retrieveRetries(mail) + 1)
            .add("queued_s", String.format(Locale.US, "%.3f", inQueue.toMillis() / MILLIS));
        verdict.passage().ifPresent(passage -> line.add("reused", passage.isReused()).add("tls", passage.isEncrypted()));
        verdict.code().ifPresent(code -> line.add("code", code));
        verdict.enhancedCode().ifPresent(code -> line.add("dsn", code));
        verdict.fault().ifPresent(fault -> line.add("fault", lower(fault)));
        return line;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.US);
    }
}
