// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import org.apache.james.core.MailAddress;
import org.postlane.outbound.attempt.DestinationAttempt;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.settlement.MailRecord;
import org.postlane.outbound.settlement.Settlement;
import org.postlane.outbound.settlement.SettlementCourse;
import org.postlane.outbound.settlement.StepRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a mail out of the queue becomes attempts. Where that cannot be done it is set aside, or it would come out of the queue
 * again and again. For one thread at a time.
 */
final class BeginningCourse implements StepRunner.Course {
    private static final Logger LOGGER = LoggerFactory.getLogger(BeginningCourse.class);

    private final Settlement settlement;
    private final QueuedMail mail;
    private final Function<QueuedMail, MailRecord> records;
    private final Function<Set<MailAddress>, List<DestinationAttempt>> sorting;
    private List<Verdict> known = List.of();
    private List<DestinationAttempt> attempts = List.of();
    private boolean setAside;

    /**
     * For one mail.
     *
     * @param records opens the record of a mail
     * @param sorting makes attempts for recipients
     */
    BeginningCourse(Settlement settlement, QueuedMail mail, Function<QueuedMail, MailRecord> records,
                    Function<Set<MailAddress>, List<DestinationAttempt>> sorting) {
        this.settlement = settlement;
        this.mail = mail;
        this.records = records;
        this.sorting = sorting;
    }

    @Override
    public String name() {
        return mail.name();
    }

    @Override
    public List<Settlement.Step> steps() {
        MailRecord record = records.apply(mail);
        mail.openRecord(record);
        Set<MailAddress> recipients = new LinkedHashSet<>(mail.mail().getRecipients());
        known = new ArrayList<>(record.known(recipients));
        if (!known.isEmpty()) {
            LOGGER.info("{}: {} recipients have their outcome already, from an earlier run, and get no attempt", mail.name(),
                known.size());
        }
        known.forEach(verdict -> recipients.remove(verdict.recipient()));
        recipients.removeIf(record::isPutBack);
        attempts = sorting.apply(recipients);
        return List.of();
    }

    @Override
    public List<Settlement.Step> stepsInstead() {
        setAside = true;
        return List.of(settlement.stepAside(mail.mail(), undelivered()), SettlementCourse.lastStep(mail.item()));
    }

    @Override
    public boolean isLost() {
        return mail.isLost();
    }

    private Set<MailAddress> undelivered() {
        Set<MailAddress> recipients = new LinkedHashSet<>(mail.mail().getRecipients());
        MailRecord record = mail.record();
        if (record != null) {
            record.known(recipients).forEach(verdict -> recipients.remove(verdict.recipient()));
            recipients.removeIf(record::isPutBack);
        }
        return recipients;
    }

    /** After it has been run: begins the mail, unless it was set aside. */
    boolean begin() {
        if (setAside) {
            return false;
        }
        mail.begin(known, attempts);
        return true;
    }
}
