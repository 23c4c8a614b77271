// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

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
import org.apache.james.queue.api.MailQueue;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.postlane.outbound.mail.LastOutcomes;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.operations.OutcomeLog;
import org.postlane.outbound.settings.DeadLetters;
import org.postlane.outbound.settings.OutboundSettings;
import org.postlane.smtp.EnhancedCode;
import org.postlane.smtp.RecipientResult.Status;

/**
 * Turns verdicts into what happens to the mail, as steps to be run one after the other: who is not settled goes back into the
 * queue first, because nothing else would bring it there; what failed is kept where that is wanted, and reported; then comes
 * what was delivered. Safe to share.
 */
public final class Settlement {
    /** One thing to do; it may fail and is then repeated. */
    public static final class Step {
        /** What may throw anything that James throws. */
        public interface Action {
            void run() throws Exception;
        }

        private final String name;
        private final Collection<MailAddress> putBack;
        private final Action action;
        private final Action instead;

        /** A step that has to succeed: there is nothing that could be done instead. */
        public Step(String name, Action action) {
            this(name, List.of(), action, null);
        }

        /** @param instead what is done where it cannot be done */
        public Step(String name, Action action, Action instead) {
            this(name, List.of(), action, instead);
        }

        /** @param putBack who has another entry in the queue when the step is done, and is no longer this one's concern */
        public Step(String name, Collection<MailAddress> putBack, Action action, Action instead) {
            this.name = name;
            this.putBack = List.copyOf(putBack);
            this.action = action;
            this.instead = instead;
        }

        /** Whether something is done instead where it cannot be done. */
        boolean hasOtherWay() {
            return instead != null;
        }

        /** Who is in another entry of the queue from then on. */
        Collection<MailAddress> putBack() {
            return putBack;
        }

        /**
         * The same for the same turn of the same mail with the same verdicts, and for no other: a step that was finished before
         * a crash is known by it. It begins with what the step does and the number of the turn (attempts, and how often the mail
         * was handed back since the last), and ends with whom it is about.
         */
        String name() {
            return name;
        }

        /** The same, with something that comes first each time that it is tried. */
        Step after(Action before) {
            return new Step(name, putBack, () -> {
                before.run();
                action.run();
            }, instead);
        }

        void run() throws Exception {
            action.run();
        }

        /**
         * Does what is to be done where the step cannot be.
         *
         * @return false where there is no such thing
         */
        boolean runInstead() throws Exception {
            if (instead == null) {
                return false;
            }
            instead.run();
            return true;
        }
    }

    private final MailQueue queue;
    private final OutboundSettings settings;
    private final MailetContext context;
    private final Clock clock;
    private final Metric outgoingMails;
    private final OutcomeLog outcomes;
    private final SetAside setAside;

    /** For the mail of one queue, which goes back there where it is not settled. */
    public Settlement(MailQueue queue, OutboundSettings settings, MailetContext context, MetricFactory metrics,
                      OutcomeLog outcomes, Clock clock) {
        this.outcomes = outcomes;
        this.queue = queue;
        this.settings = settings;
        this.context = context;
        this.setAside = new SetAside(context);
        this.clock = clock;
        this.outgoingMails = metrics.generate("outgoingMails");
    }

    /** The steps for a mail whose recipients have these verdicts, one each. */
    List<Step> stepsFor(Mail mail, List<Verdict> verdicts) {
        return stepsFor(mail, new AsQueued(mail), verdicts);
    }

    /** The same, with the state in which it came kept by the caller. */
    List<Step> stepsFor(Mail mail, AsQueued queued, List<Verdict> verdicts) {
        return new Turn(mail, queued, verdicts).steps();
    }

    /** The one step for a mail of which nothing else can be made: these recipients of it are {@link SetAside set aside}. */
    public Step stepAside(Mail mail, Collection<MailAddress> recipients) {
        return stepAside(new AsQueued(mail), recipients);
    }

    /** The same, with the state in which it came kept by the caller. */
    public Step stepAside(AsQueued queued, Collection<MailAddress> recipients) {
        return new Step("aside-" + AsQueued.fingerprint(recipients), () -> setAside.toldToItsSender(queued, recipients));
    }

    /** One mail with its verdicts. */
    private final class Turn {
        private final AsQueued queued;
        private final int attempt;
        private final int handedBack;
        private final String number;
        private final Duration age;
        private final SenderReport report;
        private final boolean delayReported;
        private final LastOutcomes lastOutcomes;
        private final List<Verdict> delivered;
        private final List<Verdict> failed;
        private final List<Verdict> deferred = new ArrayList<>();
        private final List<Verdict> withoutTurn = new ArrayList<>();
        private final List<Verdict> givenUp = new ArrayList<>();

        Turn(Mail mail, AsQueued queued, List<Verdict> verdicts) {
            this.queued = queued;
            this.attempt = DeliveryRetriesHelper.retrieveRetries(mail) + 1;
            this.handedBack = QueueTimes.timesHandedBack(mail);
            this.number = attempt + "." + handedBack;
            this.age = QueueTimes.age(mail, clock);
            this.report = new SenderReport(settings, context, clock, mail);
            this.delayReported = QueueTimes.isDelayReported(mail);
            this.lastOutcomes = LastOutcomes.in(mail);
            this.delivered = of(verdicts, Status.DELIVERED);
            this.failed = of(verdicts, Status.FAILED);
            for (Verdict verdict : of(verdicts, Status.DEFERRED, Status.AMBIGUOUS, Status.NEXT_TRANSACTION)) {
                (verdict.wasTried() ? deferred : withoutTurn).add(inItsOwnWords(inItsTime(verdict)));
            }
        }

        /** Nobody waits longer for a destination than for the mail's time to be over. */
        private Verdict inItsTime(Verdict verdict) {
            return verdict.notBefore(settings.retries().untilExpiry(verdict.notBefore(), age));
        }

        /** Who was not tried now hears what came of it when he was. */
        private Verdict inItsOwnWords(Verdict verdict) {
            return verdict.isOwn() ? verdict : lastOutcomes.of(verdict.recipient())
                .map(last -> verdict.inOtherWords(codeOf(last) + " The last attempt ended with: " + last + "; since then: "
                    + verdict.explanation()))
                .orElse(verdict);
        }

        private String codeOf(String words) {
            return EnhancedCode.at(words.replaceFirst("^[0-9]{3}[ -]", "")).map(EnhancedCode::toString).orElse("4.4.1");
        }

        List<Step> steps() {
            List<Step> steps = new ArrayList<>(wayBack());
            steps.addAll(deadLetters());
            if (settings.bounceProcessor().isPresent()) {
                steps.addAll(handOver(settings.bounceProcessor().get()));
            } else {
                report.addFailed(failed, true);
                report.addFailed(givenUp, false);
            }
            report.addRelayed(delivered.stream().filter(verdict -> !verdict.areReportsPassedOn()).collect(Collectors.toList()));
            steps.addAll(report.steps(queued, number, setAside));
            addDelivered(steps);
            return steps;
        }

        private List<Step> wayBack() {
            Optional<Duration> schedule = settings.retries().next(attempt - 1, age);
            Optional<Duration> soon = isExpected() ? settings.retries().expected(age)
                : settings.retries().handedBack(handedBack, age);
            if (schedule.isEmpty()) {
                // Who was only told that the destination does not work now had no attempt that could have been the last.
                deferred.forEach(verdict -> (verdict.isOwn() ? givenUp : withoutTurn).add(verdict));
                deferred.clear();
            }
            if (soon.isEmpty()) {
                givenUp.addAll(withoutTurn);
                withoutTurn.clear();
            }
            givenUp.forEach(verdict -> outcomes.givenUp(queued.whole(), verdict));
            boolean delayed = !delayReported && settings.delayWarning().filter(limit -> age.compareTo(limit) >= 0).isPresent();
            WayBack way = new WayBack(queue, setAside, clock, delayReported || delayed, settings.hasEntryPerDomain(),
                lastOutcomes);
            schedule.ifPresent(delay -> way.addDeferred(deferred, attempt, delay, settings.hasLowPriorityRetries()));
            soon.ifPresent(delay -> way.addHandedBack(withoutTurn, handedBack + 1, delay));
            if (delayed) {
                report.addDelayed(deferred, settings.retries().expiry());
                report.addDelayed(withoutTurn, settings.retries().expiry());
            }
            return way.steps(queued, number);
        }

        /** Whether it is known when there will be room for all who found none: then how often they came in vain says nothing. */
        private boolean isExpected() {
            return withoutTurn.stream().noneMatch(verdict -> verdict.notBefore().isZero());
        }

        /** Before anything is said to anybody: who asks for the mail then finds it. */
        private List<Step> deadLetters() {
            List<Step> steps = new ArrayList<>();
            settings.deadLetters().ifPresent(letters -> {
                addKeeping(letters, failed, true, steps);
                addKeeping(letters, givenUp, false, steps);
            });
            return steps;
        }

        private void addKeeping(DeadLetters letters, List<Verdict> verdicts, boolean permanent, List<Step> steps) {
            if (!verdicts.isEmpty()) {
                steps.add(new Step("dead-" + number + "-" + AsQueued.fingerprint(recipients(verdicts)),
                    () -> LastCopy.keep(letters, queued, verdicts, permanent),
                    () -> setAside.silently(queued, recipients(verdicts))));
            }
        }

        /**
         * One mail for all who failed with the same words, as the matchers of stock James expect. All of them, whether the sender
         * wants to hear of it or not: what the processor does with them is the administrator's choice, and need not be a report.
         */
        private List<Step> handOver(String processor) {
            List<Step> steps = new ArrayList<>();
            addHandOver(processor, failed, true, steps);
            addHandOver(processor, givenUp, false, steps);
            return steps;
        }

        private void addHandOver(String processor, List<Verdict> verdicts, boolean permanent, List<Step> steps) {
            Map<String, List<Verdict>> alike = verdicts.stream()
                .collect(Collectors.groupingBy(Verdict::explanation, LinkedHashMap::new, Collectors.toList()));
            alike.values().forEach(group -> {
                String suffix = "-failed-" + attempt + "-" + (steps.size() + 1);
                steps.add(new Step("failed-" + number + "-" + AsQueued.fingerprint(recipients(group)), () -> {
                    Mail mail = queued.partTo(recipients(group), suffix);
                    FailureMarks.set(mail, group.get(0).explanation(), group.get(0), permanent);
                    context.sendMail(mail, processor);
                }, () -> setAside.toldToItsSender(queued, recipients(group))));
            });
        }

        private void addDelivered(List<Step> steps) {
            if (delivered.isEmpty()) {
                return;
            }
            outgoingMails.increment();
            settings.successProcessor().ifPresent(processor -> steps.add(new Step(
                "delivered-" + number + "-" + AsQueued.fingerprint(recipients(delivered)),
                () -> context.sendMail(queued.partTo(recipients(delivered), "-delivered-" + attempt), processor),
                () -> setAside.silently(queued, recipients(delivered)))));
        }
    }

    private static List<Verdict> of(List<Verdict> verdicts, Status... statuses) {
        return verdicts.stream().filter(verdict -> List.of(statuses).contains(verdict.status())).collect(Collectors.toList());
    }

    private static Collection<MailAddress> recipients(List<Verdict> verdicts) {
        return verdicts.stream().map(Verdict::recipient).collect(Collectors.toList());
    }
}
