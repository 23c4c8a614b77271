// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Mail;
import org.postlane.outbound.mail.Origin;
import org.postlane.outbound.mail.Verdict;
import org.postlane.outbound.settings.DeadLetters;

/** What goes to the dead letters: one copy for all who were given up, with the reasons. */
final class LastCopy {
    /** Of the reasons, when there are many: the log has each. */
    private static final int MOST_REASONS = 20;
    private static final String KIND = "dead";

    private LastCopy() {
    }

    /**
     * Keeps the mail for these recipients. Doing it again replaces that copy.
     *
     * @throws MessagingException when the repository does not take it; it has to be offered again
     */
    static void keep(DeadLetters letters, AsQueued queued, List<Verdict> verdicts, boolean permanent) throws MessagingException {
        Collection<MailAddress> recipients = verdicts.stream().map(Verdict::recipient).collect(Collectors.toList());
        Mail mail = queued.named(recipients, KIND);
        Origin.restore(mail);
        List<String> reasons = verdicts.stream().map(Verdict::explanation).distinct().collect(Collectors.toList());
        String some = reasons.stream().limit(MOST_REASONS).collect(Collectors.joining("\n"));
        FailureMarks.set(mail, reasons.size() > MOST_REASONS ? some + "\n…" : some, reasons.size() == 1 ? verdicts.get(0) : null,
            permanent);
        letters.store(mail);
    }
}
