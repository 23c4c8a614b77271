// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.apache.james.core.MailAddress;
import org.postlane.report.FailureReason;

/** What became of the recipients of one run: each of them is in one list. Not safe for use by several threads. */
final class RunOutcome {
    /** The mailbox has it. */
    final List<MailAddress> delivered = new ArrayList<>();
    /** The mailbox does not take it, and will not. */
    final List<MailAddress> failed = new ArrayList<>();
    /** Not begun, or failed and waiting for another attempt: the mailbox does not have it. */
    final List<MailAddress> putOff = new ArrayList<>();
    /** Begun and without an answer in time: nobody knows. */
    final List<MailAddress> inDoubt = new ArrayList<>();
    /** Written by none of the attempts, for a reason that may pass. */
    final List<MailAddress> unwritten = new ArrayList<>();
    /** Whether James has stopped before the mailboxes had their time. */
    boolean brokenOff;
    /** Why, in words for the sender, each of the failed has failed. */
    final Map<MailAddress, FailureReason> reasons = new LinkedHashMap<>();
    /** Why the first of those has failed who failed or are unwritten. */
    Optional<Throwable> failure = Optional.empty();

    /** That of a run for which James stops too early. */
    static RunOutcome notBegun(Collection<MailAddress> recipients) {
        RunOutcome outcome = new RunOutcome();
        outcome.brokenOff = true;
        outcome.putOff.addAll(recipients);
        return outcome;
    }

    /** Says of those among the recipients of whom nothing is said yet that nobody knows. */
    void addInDoubt(Collection<MailAddress> recipients) {
        Set<MailAddress> unknown = new LinkedHashSet<>(recipients);
        List.of(delivered, failed, putOff, inDoubt, unwritten).forEach(unknown::removeAll);
        inDoubt.addAll(unknown);
    }

    int size() {
        return delivered.size() + failed.size() + putOff.size() + inDoubt.size() + unwritten.size();
    }

    /** There is no other run for those whom none of the attempts has written. */
    void failUnwritten() {
        unwritten.forEach(recipient -> reasons.put(recipient, Failures.UNWRITTEN));
        failed.addAll(unwritten);
        unwritten.clear();
    }

    /** Those for whom another run is needed. */
    List<MailAddress> open() {
        List<MailAddress> open = new ArrayList<>(putOff);
        open.addAll(inDoubt);
        open.addAll(unwritten);
        return open;
    }
}
