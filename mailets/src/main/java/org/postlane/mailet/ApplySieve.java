// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.sieverepository.api.SieveRepository;
import org.apache.james.sieverepository.api.exception.ScriptNotFoundException;
import org.apache.james.transport.mailets.Sieve;
import org.apache.james.transport.mailets.jsieve.ResourceLocator;
import org.apache.james.user.api.UsersRepository;
import org.apache.mailet.AttributeName;
import org.apache.mailet.Mail;
import org.postlane.james.Parameters;
import org.postlane.lane.SettledRecipients;
import org.postlane.lane.SpoolReturn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * James' {@code Sieve}, for a repository of scripts that does not always answer. James' own logs it where a script cannot be read
 * (its database is away) and goes on, and the mail lies in the inbox, neither filed nor forwarded. Here the recipients whose
 * script cannot be read go back to the spool, apart from the others, for 10 s, doubling to 5 min.
 *
 * <p>After an hour (where the spool ignores delays, as James' on RabbitMQ: after 12 returns), or where the spool does not take
 * them, they get the mail unfiltered, as with James' own: nobody's mail is
 * held up for days, or bounced, because of one script that is broken. What a script does wrong is James' matter. Takes no
 * parameters. Safe for use by several threads.
 *
 * <pre>{@code
 * <mailet match="All" class="org.postlane.mailet.ApplySieve">
 *   <onMailetException>ignore</onMailetException>
 * </mailet>}</pre>
 */
public class ApplySieve extends Sieve {
    /** The restart of a database, and the time to notice that it needs one; some 16 returns. */
    static final Duration LONGEST = Duration.ofHours(1);

    /** The recipients for whom a copy of the mail waits elsewhere. */
    private static final AttributeName PUT_OFF = AttributeName.of("postlane-sieve-put-off");
    private static final Logger LOGGER = LoggerFactory.getLogger(ApplySieve.class);

    private final SpoolReturn spoolReturn;

    /** For James' injector. */
    @Inject
    public ApplySieve(UsersRepository users, SieveRepository scripts, MailQueueFactory<?> queues) {
        super(users, new Scripts(scripts, users));
        this.spoolReturn = new SpoolReturn(queues, SpoolReturn.SIEVE_RETURNS);
    }

    /** The scripts, and whose could not be read: James' mailet takes no notice of it. */
    private static final class Scripts extends ResourceLocator {
        /** Those of the mail that the thread has in hand. */
        private static final ThreadLocal<List<MailAddress>> UNREAD = ThreadLocal.withInitial(ArrayList::new);

        private Scripts(SieveRepository repository, UsersRepository users) {
            super(repository, users);
        }

        @Override
        public UserSieveInformation get(MailAddress recipient) throws Exception {
            try {
                return super.get(recipient);
            } catch (ScriptNotFoundException e) {
                throw e;
            } catch (Exception e) {
                UNREAD.get().add(recipient);
                throw e;
            }
        }

        private static List<MailAddress> takeUnread() {
            List<MailAddress> taken = UNREAD.get();
            UNREAD.remove();
            return taken;
        }
    }

    @Override
    public void init() throws MessagingException {
        super.init();
        Parameters.of(getMailetConfig()).refuseUnknown();
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        if (!leaveOutThosePutOff(mail)) {
            return;
        }
        List<MailAddress> unread;
        try {
            super.service(mail);
        } finally {
            unread = Scripts.takeUnread();
        }
        if (unread.isEmpty() || !putOff(mail, unread)) {
            spoolReturn.forget(mail);
        }
    }

    /** A lane that runs a mail again gives it back all the recipients that it had. Returns whether there are any to look at. */
    private static boolean leaveOutThosePutOff(Mail mail) throws MessagingException {
        Set<String> putOff = SettledRecipients.of(mail, PUT_OFF);
        List<MailAddress> left = mail.getRecipients().stream()
            .filter(recipient -> !putOff.contains(SettledRecipients.key(recipient)))
            .collect(Collectors.toList());
        if (left.isEmpty() && !putOff.isEmpty()) {
            mail.setState(Mail.GHOST);
            return false;
        }
        if (left.size() < mail.getRecipients().size()) {
            mail.setRecipients(left);
        }
        return true;
    }

    /** Returns whether the recipients whose script was not read have left the mail. */
    private boolean putOff(Mail mail, List<MailAddress> unread) {
        Set<MailAddress> others = new LinkedHashSet<>(mail.getRecipients());
        others.removeAll(unread);
        MessagingException failure = new MessagingException("The Sieve scripts of " + unread + " cannot be read");
        try {
            if (others.isEmpty() ? spoolReturn.putBack(mail, failure, LONGEST) : putOffApart(mail, unread, failure)) {
                mail.setRecipients(others);
                return true;
            }
            LOGGER.error("Mail {} goes to {} unfiltered: no script could be read for {}", mail.getName(), unread, LONGEST);
        } catch (MessagingException e) {
            LOGGER.error("Mail {} goes to {} unfiltered", mail.getName(), unread, e);
        }
        return false;
    }

    private boolean putOffApart(Mail mail, List<MailAddress> unread, MessagingException failure)
            throws MessagingException {
        Mail later = mail.duplicate();
        try {
            later.setRecipients(unread);
            later.setState(mail.getState());
            boolean back = spoolReturn.putBack(later, failure, LONGEST);
            if (back) {
                SettledRecipients.add(mail, PUT_OFF, unread);
            }
            return back;
        } finally {
            LifecycleUtil.dispose(later);
        }
    }

    @Override
    public void destroy() {
        spoolReturn.close();
    }

    @Override
    public String getMailetInfo() {
        return "Postlane: Sieve, which waits for its scripts";
    }
}
