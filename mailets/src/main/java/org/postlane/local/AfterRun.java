// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.util.Collection;
import java.util.List;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.postlane.lane.Lane;
import org.postlane.report.FailureReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to the recipients of a run that the mailbox has not got. Not safe for use by several threads. */
final class AfterRun {
    private static final Logger LOGGER = LoggerFactory.getLogger(AfterRun.class);

    private final Lane retries;
    private final ErrorMails errors;
    private final LocalMetrics metrics;
    private final Mail mail;
    private final LocalMail local;
    private final RetryNote note;
    private final RunOutcome outcome;

    AfterRun(Lane retries, ErrorMails errors, LocalMetrics metrics, Mail mail, LocalMail local, RetryNote note,
            RunOutcome outcome) {
        this.retries = retries;
        this.errors = errors;
        this.metrics = metrics;
        this.mail = mail;
        this.local = local;
        this.note = note;
        this.outcome = outcome;
    }

    /**
     * Hands each of them on: those whose mailbox this run has certainly not written, and those of whom nobody knows.
     *
     * @param remaining loses the recipients that are handed on, so that it is true when this throws too
     */
    void settle(Collection<MailAddress> remaining) throws MessagingException {
        if (outcome.brokenOff) {
            putOff(outcome.open(), note.again(), remaining);
        } else {
            // Also of a mailbox that was in doubt once: a database that is away, or a slot that others have, adds nothing to it.
            settleThoseWithout(outcome.putOff, remaining);
            settleInDoubt(outcome.inDoubt, remaining);
            settleUnwritten(remaining);
        }
        if (!outcome.failed.isEmpty()) {
            metrics.failed(outcome.failed.size());
            fail();
            outcome.failed.forEach(remaining::remove);
        }
    }

    private void settleThoseWithout(List<MailAddress> open, Collection<MailAddress> remaining) throws MessagingException {
        if (note.times() < LocalDeliveries.MAX_TIMES) {
            putOff(open, note.onceMore(), remaining);
        } else {
            giveUp(open, note.doubts() == 0 ? Failures.AWAY : Failures.UNANSWERED, remaining);
        }
    }

    private void settleInDoubt(List<MailAddress> open, Collection<MailAddress> remaining) throws MessagingException {
        if (note.doubts() < LocalDeliveries.MAX_DOUBTS) {
            putOff(open, note.onceMoreInDoubt(), remaining);
        } else {
            giveUp(open, Failures.UNANSWERED, remaining);
        }
    }

    /** Nobody knows how long it lasts: longer than a moment, and less than days, within which the sender should hear of it. */
    private void settleUnwritten(Collection<MailAddress> remaining) throws MessagingException {
        if (!propagates() && note.doubts() < LocalDeliveries.MAX_DOUBTS) {
            putOff(outcome.unwritten, note.onceMoreInDoubt(), remaining);
        } else {
            outcome.failUnwritten();
        }
    }

    private void putOff(List<MailAddress> open, RetryNote next, Collection<MailAddress> remaining) throws MessagingException {
        if (open.isEmpty()) {
            return;
        }
        MailImpl later = next.mail(mail, local.copy(), open);
        try {
            retries.putOff(later, next.times());
            metrics.putOff(open.size());
        } finally {
            LifecycleUtil.dispose(later);
        }
        open.forEach(remaining::remove);
    }

    private void giveUp(List<MailAddress> open, FailureReason reason, Collection<MailAddress> remaining)
            throws MessagingException {
        if (open.isEmpty()) {
            return;
        }
        metrics.failed(open.size());
        LOGGER.error("Mail {} is given up for {} after {} runs: {}", mail.getName(), open, note.times() + 1, reason.words());
        if (!note.settings().ignore()) {
            errors.sendUnanswered(mail, reason.words(), open, reason, note.settings().errorProcessor().orElse(Mail.ERROR));
        }
        open.forEach(remaining::remove);
    }

    private void fail() throws MessagingException {
        LocalDeliverySettings settings = note.settings();
        if (propagates()) {
            throw new MessagingException("Mail " + mail.getName() + " cannot be delivered to " + outcome.failed.size() + " of "
                + outcome.size() + " recipients", cause());
        }
        if (!settings.ignore()) {
            errors.send(mail, outcome.reasons, settings.errorProcessor().orElse(Mail.ERROR));
        }
    }

    /** Whether the failure goes to the caller, who runs the mail again. */
    private boolean propagates() {
        return note.settings().propagate() && note.times() == 0;
    }

    private Exception cause() {
        return outcome.failure.filter(Exception.class::isInstance).map(Exception.class::cast)
            .orElseGet(() -> new IllegalStateException(outcome.failure.orElse(null)));
    }
}
