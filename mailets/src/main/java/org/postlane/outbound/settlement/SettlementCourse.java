// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.queue.api.MailQueue;
import org.postlane.outbound.mail.LostItem;
import org.postlane.outbound.mail.Verdict;
import org.postlane.smtp.RecipientResult.Status;

/** How a mail with its verdicts is settled, until the queue has let go of it. For one thread at a time. */
public final class SettlementCourse implements StepRunner.Course {
    private static final String LAST_STEP = "taking it out of the queue";

    private final Settlement settlement;
    private final MailQueue.MailQueueItem item;
    private final String name;
    private final MailRecord record;
    private final List<Verdict> verdicts;
    private final AsQueued queued;

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
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Settlement.Step> steps() {
        List<Settlement.Step> steps = new ArrayList<>(settlement.stepsFor(queued.whole(), queued, verdicts));
        steps.removeIf(step -> record.stepsDone().contains(step.name()));
        steps.add(lastStep(item));
        return steps;
    }

    /** Lets the queue let go of an item. */
    public static Settlement.Step lastStep(MailQueue.MailQueueItem item) {
        return new Settlement.Step(LAST_STEP, () -> item.done(MailQueue.MailQueueItem.CompletionStatus.SUCCESS));
    }

    @Override
    public void done(Settlement.Step step) {
        // Once the queue has let go, there is nothing to be remembered.
        if (!step.name().equals(LAST_STEP)) {
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
        return LostItem.is(item) && verdicts.stream().anyMatch(verdict -> verdict.status() != Status.DELIVERED);
    }

    /** Makes the mail what it was, for a queue that keeps the object. */
    public void restore() {
        queued.asItCame();
    }
}
