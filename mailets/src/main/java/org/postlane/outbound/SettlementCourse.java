// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.queue.api.MailQueue;
import org.postlane.smtp.RecipientResult.Status;

/** How a mail with its verdicts is settled, until the queue has let go of it. For one thread at a time. */
final class SettlementCourse implements StepRunner.Course {
    private static final String LAST_STEP = "taking it out of the queue";

    private final Settlement settlement;
    private final QueuedMail mail;
    private final List<Verdict> verdicts;
    private final AsQueued queued;

    SettlementCourse(Settlement settlement, QueuedMail mail, List<Verdict> verdicts) {
        this.settlement = settlement;
        this.mail = mail;
        this.verdicts = verdicts;
        this.queued = new AsQueued(mail.mail());
    }

    @Override
    public String name() {
        return mail.name();
    }

    @Override
    public List<Settlement.Step> steps() {
        List<Settlement.Step> steps = new ArrayList<>(settlement.stepsFor(queued.whole(), queued, verdicts));
        steps.removeIf(step -> mail.record().stepsDone().contains(step.name()));
        steps.add(lastStep(mail.item()));
        return steps;
    }

    static Settlement.Step lastStep(MailQueue.MailQueueItem item) {
        return new Settlement.Step(LAST_STEP, () -> item.done(MailQueue.MailQueueItem.CompletionStatus.SUCCESS));
    }

    @Override
    public void done(Settlement.Step step) {
        // Once the queue has let go, there is nothing to be remembered.
        if (!step.name().equals(LAST_STEP)) {
            mail.record().stepDone(step);
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
        return List.of(settlement.stepAside(queued, undelivered), lastStep(mail.item()));
    }

    /** Makes the mail what it was, for a queue that keeps the object. */
    void restore() {
        queued.asItCame();
    }
}
