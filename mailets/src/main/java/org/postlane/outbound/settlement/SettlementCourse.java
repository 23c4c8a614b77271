// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.james.core.MailAddress;
import org.apache.james.queue.api.MailQueue;
import org.postlane.outbound.mail.LostItem;
import org.postlane.outbound.mail.Verdict;
import org.postlane.smtp.RecipientResult.Status;

/**
 * How a mail with its verdicts is settled, until the queue has let go of it. For one thread at a time; any thread may ask what
 * there is to tell about it.
 */
public final class SettlementCourse implements StepRunner.Course {
    private static final String LAST_STEP = "taking it out of the queue";
    /** In one line of the log. */
    private static final int MOST_RECIPIENTS = 20;

    private final Settlement settlement;
    private final MailQueue.MailQueueItem item;
    private final String name;
    private final MailRecord record;
    private final List<Verdict> verdicts;
    private final AsQueued queued;
    private final boolean allDelivered;
    private final Set<String> stepsDone = ConcurrentHashMap.newKeySet();
    /** All but the last; null until they are known. */
    private volatile List<Settlement.Step> steps;
    private volatile boolean letGo;

    /**
     * For one mail.
     *
     * @param name what it was called when it came
     * @param verdicts one for each recipient
     */
    public SettlementCourse(Settlement settlement, MailQueue.MailQueueItem item, String name, MailRecord record,
                            List<Verdict> verdicts) {
        this.settlement = settlement;
        this.item = item;
        this.name = name;
        this.record = record;
        this.verdicts = verdicts;
        this.queued = new AsQueued(item.getMail());
        this.allDelivered = verdicts.stream().allMatch(verdict -> verdict.status() == Status.DELIVERED);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Settlement.Step> steps() {
        if (steps == null) {
            steps = settlement.stepsFor(queued.whole(), queued, verdicts);
        }
        List<Settlement.Step> left = stepsLeft().map(step -> allDelivered ? step.after(this::letGoIfLost) : step)
            .collect(Collectors.toCollection(ArrayList::new));
        left.add(new Settlement.Step(LAST_STEP, () -> {
            if (!letGo) {
                item.done(MailQueue.MailQueueItem.CompletionStatus.SUCCESS);
            }
        }));
        return left;
    }

    /**
     * What others were given, or will be, they send again, unless its queue has been told by then that it is done. What takes
     * the mail to where it is reported may take as long as the queue is away: it comes second then, from a copy.
     */
    private void letGoIfLost() throws Exception {
        if (!letGo && LostItem.is(item)) {
            queued.useCopy();
            item.done(MailQueue.MailQueueItem.CompletionStatus.SUCCESS);
            letGo = true;
        }
    }

    /** Whether the queue was told before all was done: what is left to be done then, nobody else does. */
    public boolean hasLetGo() {
        return letGo;
    }

    private Stream<Settlement.Step> stepsLeft() {
        return steps.stream()
            .filter(step -> !record.stepsDone().contains(step.name()) && !stepsDone.contains(step.name()));
    }

    /** The names of the steps that are left to be done after {@link #hasLetGo}, for the log. */
    public String undone() {
        return stepsLeft().map(Settlement.Step::name).collect(Collectors.joining(", "));
    }

    /** Whom the mail was for, for the log; of very many the first. */
    public String recipients() {
        String first = verdicts.stream().limit(MOST_RECIPIENTS).map(verdict -> verdict.recipient().asString())
            .collect(Collectors.joining(", "));
        return verdicts.size() <= MOST_RECIPIENTS ? first : first + " and " + (verdicts.size() - MOST_RECIPIENTS) + " more";
    }

    /** Lets the queue let go of an item. */
    public static Settlement.Step lastStep(MailQueue.MailQueueItem item) {
        return new Settlement.Step(LAST_STEP, () -> item.done(MailQueue.MailQueueItem.CompletionStatus.SUCCESS));
    }

    @Override
    public void done(Settlement.Step step) {
        // Once the queue has let go, there is nothing to be remembered.
        if (!step.name().equals(LAST_STEP)) {
            stepsDone.add(step.name());
            record.stepDone(step);
        }
    }

    @Override
    public void takeAnotherWay() {
        queued.nameAnew();
    }

    @Override
    public List<Settlement.Step> stepsInstead() {
        Collection<MailAddress> undelivered = verdicts.stream().filter(verdict -> verdict.status() != Status.DELIVERED)
            .map(Verdict::recipient).collect(Collectors.toList());
        return List.of(settlement.stepAside(queued, undelivered), lastStep(item));
    }

    /**
     * Others have a mail that was lost, and will put back, report and set aside what does not arrive. Where all of it has arrived
     * there is nothing that could be there twice, and a queue that is told finds it gone when it would give it out again.
     */
    @Override
    public boolean isLost() {
        return !allDelivered && LostItem.is(item);
    }

    /** Makes the mail what it was, for a queue that keeps the object. */
    public void restore() {
        queued.asItCame();
    }

    /** Nothing more is done. */
    public void end() {
        queued.end();
    }
}
