// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.queue.api.MailPrioritySupport;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.postlane.smtp.RecipientResult.Status;

/**
 * Turns verdicts into what happens to the mail, as steps to be run one after the other: deferred recipients go back into the
 * queue first, because nothing else would bring them there, then failures are reported, then successes. Safe to share.
 */
final class Settlement {
    /** One thing to do; it may fail and is then repeated. */
    static final class Step {
        /** What may throw anything that James throws. */
        interface Action {
            void run() throws Exception;
        }

        private final String what;
        private final Action action;

        Step(String what, Action action) {
            this.what = what;
            this.action = action;
        }

        String what() {
            return what;
        }

        void run() throws Exception {
            action.run();
        }
    }

    private final MailQueue queue;
    private final OutboundSettings settings;
    private final MailetContext context;
    private final FailureReport failureReport;
    private final Clock clock;
    private final Metric outgoingMails;
    private final OutcomeLog outcomes;

    Settlement(MailQueue queue, OutboundSettings settings, MailetContext context, MetricFactory metrics,
               OutboundMetrics outboundMetrics, Clock clock) {
        this.queue = queue;
        this.settings = settings;
        this.context = context;
        this.failureReport = new FailureReport(settings, context);
        this.clock = clock;
        this.outcomes = new OutcomeLog(settings.queue(), outboundMetrics, clock);
        this.outgoingMails = metrics.generate("outgoingMails");
    }

    /** Whether the mail's time is over, so that not even a free connection is worth waiting for. */
    boolean isExpired(Mail mail) {
        return settings.retries().next(DeliveryRetriesHelper.retrieveRetries(mail), QueueTimes.age(mail, clock)).isEmpty();
    }

    List<Step> stepsFor(Mail mail, Settled settled) {
        AsQueued queued = new AsQueued(mail);
        List<Step> steps = new ArrayList<>();
        if (settled.postponed() != null) {
            steps.add(new Step("putting it back", () -> {
                Mail whole = queued.whole();
                QueueTimes.markQueuedIfUnmarked(whole, clock);
                queue.enQueue(whole, settled.postponed());
            }));
            return steps;
        }
        settled.parts().forEach(part -> steps.add(new Step("dividing it", () -> queue.enQueue(
            queued.partTo(part.recipients(), "-to-" + part.recipients().get(0).getDomain().asString())))));
        settled.verdicts().forEach(verdict ->
            outcomes.record(mail, verdict, verdict.recipient().getDomain().asString(), mail.getName()));
        int attempt = DeliveryRetriesHelper.retrieveRetries(mail) + 1;
        addDeferred(queued, attempt, QueueTimes.age(mail, clock), settled, steps);
        addReports(queued, attempt, of(settled, Status.FAILED), true, steps);
        addDelivered(queued, attempt, of(settled, Status.DELIVERED), steps);
        return steps;
    }

    private static List<Verdict> of(Settled settled, Status... statuses) {
        return settled.verdicts().stream()
            .filter(verdict -> List.of(statuses).contains(verdict.status()))
            .collect(Collectors.toList());
    }

    private static Collection<MailAddress> recipients(List<Verdict> verdicts) {
        return verdicts.stream().map(Verdict::recipient).collect(Collectors.toList());
    }

    private void addDeferred(AsQueued queued, int attempt, Duration age, Settled settled, List<Step> steps) {
        List<Verdict> deferred = of(settled, Status.DEFERRED, Status.AMBIGUOUS, Status.NEXT_TRANSACTION);
        if (deferred.isEmpty()) {
            return;
        }
        Optional<Duration> delay = settings.retries().next(attempt - 1, age);
        if (delay.isEmpty()) {
            addReports(queued, attempt, deferred, false, steps);
            return;
        }
        steps.add(new Step("putting it back for a later attempt", () -> {
            Mail mail = queued.to(recipients(deferred));
            QueueTimes.markQueuedIfUnmarked(mail, clock);
            mail.setAttribute(DeliveryRetriesHelper.makeAttribute(attempt));
            mail.setAttribute(QueueTimes.nextAttempt(delay.get(), clock));
            if (settings.hasLowPriorityRetries()) {
                mail.setAttribute(MailPrioritySupport.LOW_PRIORITY_ATTRIBUTE);
            }
            queue.enQueue(mail, delay.get());
        }));
    }

    /** One report for all who failed with the same words. */
    private void addReports(AsQueued queued, int attempt, List<Verdict> failed, boolean permanent, List<Step> steps) {
        Map<String, List<Verdict>> alike = failed.stream()
            .collect(Collectors.groupingBy(Verdict::explanation, LinkedHashMap::new, Collectors.toList()));
        alike.values().forEach(group -> {
            String suffix = "-failed-" + attempt + "-" + (steps.size() + 1);
            steps.add(new Step("reporting a failure", () ->
                failureReport.send(queued.partTo(recipients(group), suffix), group.get(0), permanent)));
        });
    }

    private void addDelivered(AsQueued queued, int attempt, List<Verdict> delivered, List<Step> steps) {
        if (delivered.isEmpty()) {
            return;
        }
        outgoingMails.increment();
        settings.successProcessor().ifPresent(processor -> steps.add(new Step("passing it to " + processor, () ->
            context.sendMail(queued.partTo(recipients(delivered), "-delivered-" + attempt), processor))));
    }
}
