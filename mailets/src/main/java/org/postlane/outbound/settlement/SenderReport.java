// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.mail.MessagingException;

import com.google.common.collect.Lists;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.report.Action;
import org.postlane.report.Notification;
import org.postlane.report.RecipientStatus;
import org.postlane.report.ReportLimits;
import org.postlane.report.ReportMail;
import org.postlane.report.SenderWishes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the sender of one mail is told after one turn of it: one report about all whom it wants to hear of, nothing where the
 * sender is null (RFC 5321 6.1: it may be a report already). For one thread.
 */
final class SenderReport {
    private static final Logger LOGGER = LoggerFactory.getLogger(SenderReport.class);

    private final OutboundSettings settings;
    private final MailetContext context;
    private final Clock clock;
    private final String mailName;
    private final MaybeSender sender;
    private final SenderWishes wishes;
    private final Instant arrival;
    private final Instant now;
    private final List<MailAddress> recipients = new ArrayList<>();
    private final List<RecipientStatus> statuses = new ArrayList<>();

    SenderReport(OutboundSettings settings, MailetContext context, Clock clock, Mail mail) {
        this.settings = settings;
        this.context = context;
        this.clock = clock;
        this.mailName = mail.getName();
        this.sender = mail.getMaybeSender();
        this.wishes = SenderWishes.of(mail);
        this.arrival = QueueTimes.queuedAt(mail, clock);
        this.now = clock.instant();
    }

    /** Refused for good, or given up. */
    void addFailed(List<Verdict> verdicts, boolean permanent) {
        if (!verdicts.isEmpty() && sender.isNullSender()) {
            LOGGER.warn("{} could not be delivered to {} recipients and has no sender to tell; the first of them is {}: {}",
                mailName, verdicts.size(), verdicts.get(0).recipient().asString(), verdicts.get(0).explanation());
        }
        add(verdicts, Action.FAILED, permanent ? 5 : 4, Optional.empty());
    }

    /** Not delivered so far. */
    void addDelayed(List<Verdict> verdicts, Optional<Duration> expiry) {
        add(verdicts, Action.DELAYED, 4, expiry.map(arrival::plus));
    }

    /** Delivered to servers that leave the report to us. */
    void addRelayed(List<Verdict> verdicts) {
        add(verdicts, Action.RELAYED, 2, Optional.empty());
    }

    private void add(List<Verdict> verdicts, Action action, int statusClass, Optional<Instant> retriedUntil) {
        for (Verdict verdict : verdicts) {
            if (!sender.isNullSender() && wishes.wants(action, verdict.recipient())) {
                recipients.add(verdict.recipient());
                statuses.add(RecipientStatus.of(verdict.recipient().asString(), action, statusOf(verdict, statusClass),
                        verdict.explanation())
                    .original(wishes.originalOf(verdict.recipient()))
                    .answered(verdict.reply(), verdict.hostName())
                    .lastAttempt(now)
                    .retriedUntil(retriedUntil)
                    .build());
            }
        }
    }

    /** What was said, under the class that fits what became of it; what was not said is derived (RFC 3463 3). */
    private static String statusOf(Verdict verdict, int statusClass) {
        return statusClass + verdict.enhancedCode().map(code -> code.toString().substring(1))
            .orElseGet(() -> verdict.reply().isPresent() ? ".0.0" : subjectOf(verdict));
    }

    private static String subjectOf(Verdict verdict) {
        if (!verdict.wasTried()) {
            // RFC 3463 3.5: too much traffic for the destination.
            return ".4.5";
        }
        switch (verdict.fault().orElseThrow()) {
            case HOST:
                return ".4.1";
            case SESSION:
                return ".4.2";
            case POLICY:
                return ".7.0";
            case MESSAGE:
                return ".6.0";
            default:
                return ".1.0";
        }
    }

    /** One step for each report that has to be sent; none where nobody wants one. */
    List<Settlement.Step> steps(AsQueued queued, String turn, SetAside setAside) {
        List<Settlement.Step> steps = new ArrayList<>();
        List<List<MailAddress>> about = Lists.partition(recipients, ReportLimits.RECIPIENTS);
        List<List<RecipientStatus>> reports = Lists.partition(statuses, ReportLimits.RECIPIENTS);
        for (int i = 0; i < reports.size(); i++) {
            String suffix = "-report-" + turn + (i == 0 ? "" : "-" + i);
            List<RecipientStatus> said = reports.get(i);
            List<MailAddress> failed = failedOf(about.get(i), said);
            steps.add(new Settlement.Step("report-" + turn + "-" + AsQueued.fingerprint(about.get(i)),
                () -> send(queued.name() + suffix, said, queued.whole()),
                () -> setAside.toldToItsSender(queued, failed)));
        }
        return steps;
    }

    /** Those of whom the sender has to hear: the others were delivered, or will be spoken of again. */
    private static List<MailAddress> failedOf(List<MailAddress> about, List<RecipientStatus> said) {
        return IntStream.range(0, about.size()).filter(i -> said.get(i).isAbout(Action.FAILED)).mapToObj(about::get)
            .collect(Collectors.toList());
    }

    private void send(String name, List<RecipientStatus> said, Mail original) throws MessagingException, IOException {
        Notification notification =
            new Notification(settings.ehloName(), context.getPostmaster(), sender.get(), wishes, arrival, said);
        ReportMail.send(context, ReportMail.of(name, notification, original, clock.instant()));
    }
}
