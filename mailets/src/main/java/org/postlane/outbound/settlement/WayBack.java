// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.queue.api.MailPrioritySupport;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Mail;
import org.postlane.outbound.mail.LastOutcomes;
import org.postlane.outbound.mail.Origin;
import org.postlane.outbound.mail.QueueTimes;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.settings.RetrySchedule;

/**
 * The way of one mail back into its queue: recipients with the same delay in one entry, so that one mail to a thousand domains
 * does not become a thousand. For one thread.
 */
final class WayBack {
    /**
     * Entries of deferred recipients. Those who have to wait longer than the schedule says are put together where none waits
     * more than four times as long as it must; the last entry takes all who are left.
     */
    static final int MOST_ENTRIES = 4;
    private static final int STRETCH = 4;
    private static final String KIND = "part";

    /** What becomes of one entry's mail before it goes into the queue. */
    private interface Marking {
        void mark(Mail mail);
    }

    private static final class Entry {
        private final String kind;
        private final List<Verdict> verdicts;
        private final Duration delay;
        private final Marking marking;

        Entry(String kind, List<Verdict> verdicts, Duration delay, Marking marking) {
            this.kind = kind;
            this.verdicts = verdicts;
            this.delay = delay;
            this.marking = marking;
        }

        Collection<MailAddress> recipients() {
            return verdicts.stream().map(Verdict::recipient).collect(Collectors.toList());
        }
    }

    private final MailQueue queue;
    private final SetAside setAside;
    private final Clock clock;
    private final boolean delayReported;
    private final boolean byDomain;
    private final LastOutcomes lastOutcomes;
    private final List<Entry> entries = new ArrayList<>();

    /**
     * For one mail.
     *
     * @param delayReported whether its sender knows, or is told now, that it takes long
     * @param byDomain whether recipients of two domains go back apart
     * @param lastOutcomes those that it carries so far
     */
    WayBack(MailQueue queue, SetAside setAside, Clock clock, boolean delayReported, boolean byDomain, LastOutcomes lastOutcomes) {
        this.lastOutcomes = lastOutcomes;
        this.queue = queue;
        this.setAside = setAside;
        this.clock = clock;
        this.delayReported = delayReported;
        this.byDomain = byDomain;
    }

    /** Those who were tried in vain, at their n-th attempt; they are due at once again after {@code delay} or later. */
    void addDeferred(List<Verdict> verdicts, int attempt, Duration delay, boolean lowPriority) {
        divided(verdicts, delay).forEach(some -> entries.add(new Entry("deferred", some, latest(some, delay), mail -> {
            mail.setAttribute(DeliveryRetriesHelper.makeAttribute(attempt));
            mail.removeAttribute(QueueTimes.HANDED_BACK);
            Origin.markTried(mail);
            if (lowPriority) {
                mail.setAttribute(MailPrioritySupport.LOW_PRIORITY_ATTRIBUTE);
            }
        })));
    }

    /** Those whose turn did not come, now for the n-th time in a row; they are due after {@code delay} or later. */
    void addHandedBack(List<Verdict> verdicts, int times, Duration delay) {
        divided(verdicts, delay).forEach(some -> entries.add(new Entry("handed-back", some, latest(some, delay),
            mail -> mail.setAttribute(QueueTimes.handedBack(times)))));
    }

    private Collection<List<Verdict>> divided(List<Verdict> verdicts, Duration delay) {
        Collection<List<Verdict>> byDelay = byDelay(verdicts, delay);
        return !byDomain ? byDelay : byDelay.stream().flatMap(some -> some.stream()
            .collect(Collectors.groupingBy(verdict -> verdict.recipient().getDomain(), LinkedHashMap::new, Collectors.toList()))
            .values().stream()).collect(Collectors.toList());
    }

    private static Collection<List<Verdict>> byDelay(List<Verdict> verdicts, Duration delay) {
        SortedMap<Integer, List<Verdict>> byDelay = new TreeMap<>();
        verdicts.forEach(verdict -> byDelay.computeIfAbsent(entryFor(verdict.notBefore(), delay), key -> new ArrayList<>())
            .add(verdict));
        return byDelay.values();
    }

    private static int entryFor(Duration notBefore, Duration delay) {
        int entry = 0;
        Duration limit = delay;
        while (notBefore.compareTo(limit) > 0 && entry < MOST_ENTRIES - 1) {
            limit = RetrySchedule.longer(limit, Duration.ofSeconds(1)).multipliedBy(STRETCH);
            entry++;
        }
        return entry;
    }

    private static Duration latest(List<Verdict> verdicts, Duration delay) {
        return verdicts.stream().map(Verdict::notBefore).reduce(delay, RetrySchedule::longer);
    }

    /**
     * One step for each entry. One alone keeps the name of the mail; of several each has a name of its own, the first too: after
     * a crash between them, what is left may be one alone.
     */
    List<Settlement.Step> steps(AsQueued queued, String turn) {
        List<Settlement.Step> steps = new ArrayList<>();
        boolean alone = entries.size() == 1;
        for (Entry entry : entries) {
            Collection<MailAddress> recipients = entry.recipients();
            steps.add(new Settlement.Step(entry.kind + "-" + turn + "-" + AsQueued.fingerprint(recipients), recipients, () -> {
                Mail mail = alone ? queued.to(recipients) : queued.named(recipients, KIND);
                QueueTimes.markQueuedIfUnmarked(mail, clock);
                QueueTimes.delay(mail, entry.delay, clock);
                if (delayReported) {
                    mail.setAttribute(QueueTimes.delayReported());
                }
                lastOutcomes.write(mail, entry.verdicts);
                entry.marking.mark(mail);
                queue.enQueue(mail, entry.delay);
            }, () -> setAside.toldToItsSender(queued, recipients)));
        }
        return steps;
    }
}
