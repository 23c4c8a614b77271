// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.mailrepository.api.MailRepository;
import org.apache.james.mailrepository.api.MailRepositoryUrl;
import org.apache.mailet.Mail;

/**
 * Keeps mail that was given up in one of James' repositories, with the reason, in the state in which it came: James' own
 * webadmin can send it again from there. Safe to share.
 */
public final class DeadLetters {
    /** Of the reasons, when there are many: the log has each. */
    private static final int MOST_REASONS = 20;
    private static final String KIND = "dead";

    private final MailRepositoryUrl url;
    private final MailRepository repository;

    /** A repository, and the name under which webadmin knows it. */
    public DeadLetters(MailRepositoryUrl url, MailRepository repository) {
        this.url = url;
        this.repository = repository;
    }

    /**
     * Keeps the mail for these recipients, in one copy. Doing it again replaces that copy.
     *
     * @throws MessagingException when the repository does not take it; it has to be offered again
     */
    void keep(AsQueued queued, List<Verdict> verdicts, boolean permanent) throws MessagingException {
        Collection<MailAddress> recipients = verdicts.stream().map(Verdict::recipient).collect(Collectors.toList());
        Mail mail = queued.named(recipients, KIND);
        List<String> reasons = verdicts.stream().map(Verdict::explanation).distinct().collect(Collectors.toList());
        String some = reasons.stream().limit(MOST_REASONS).collect(Collectors.joining("\n"));
        FailureMarks.set(mail, reasons.size() > MOST_REASONS ? some + "\n…" : some, reasons.size() == 1 ? verdicts.get(0) : null,
            permanent);
        repository.store(mail);
    }

    @Override
    public String toString() {
        return url.asString();
    }
}
