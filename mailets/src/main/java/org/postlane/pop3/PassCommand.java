// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.io.IOException;
import java.util.Optional;
import javax.inject.Inject;
import javax.inject.Named;

import org.apache.james.core.Username;
import org.apache.james.mailbox.MailboxManager;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.pop3server.core.PassCmdHandler;
import org.apache.james.pop3server.mailbox.MailboxAdapterFactory;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.lib.POP3BeforeSMTPHelper;
import org.apache.james.protocols.pop3.POP3Session;
import org.apache.james.protocols.pop3.mailbox.Mailbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PASS: checks the password as James' own handler does, takes the lock and lists the maildrop (RFC 1939 7). The listing may fail;
 * then the login does, for an empty maildrop would make clients forget what they have. Safe for use by several threads.
 */
public final class PassCommand extends PassCmdHandler {
    private static final Logger LOGGER = LoggerFactory.getLogger(PassCommand.class);

    private final MaildropLocks locks;

    /** For James' injector. */
    @Inject
    public PassCommand(@Named("mailboxmanager") MailboxManager manager, MailboxAdapterFactory mailboxes, MetricFactory metrics,
            MaildropLocks locks) {
        // Whose inbox James opens: the name that was typed may be another one of the same user.
        super(manager, (mailbox, session) -> OwnedMailbox.of(mailbox, session, mailboxes), metrics);
        this.locks = locks;
    }

    @Override
    public Response onCommand(POP3Session session, Request request) {
        if (Conversation.of(session).maildrop().isPresent()) {
            return Answers.error("logged in already");
        }
        Username user = session.getUsername();
        // A password is for the name before it, and for one try.
        session.setUsername(null);
        session.setHandlerState(POP3Session.AUTHENTICATION_READY);
        if (user == null) {
            return Answers.error("USER first");
        }
        if (!UserCommand.isAllowed(session)) {
            return UserCommand.notWithoutTls();
        }
        String password = request.getArgument();
        return password == null || password.isEmpty() ? Answers.error("usage: PASS password") : logIn(session, user, password);
    }

    private Response logIn(POP3Session session, Username user, String password) {
        OwnedMailbox mailbox;
        session.setUsername(user);
        try {
            mailbox = (OwnedMailbox) auth(session, user, password);
        } catch (Exception e) {
            LOGGER.error("POP3 login of {}: users or mailboxes do not answer", user.asString(), e);
            session.setUsername(null);
            return Answers.error(Answers.TEMPORARY, "the maildrop cannot be opened now");
        }
        if (mailbox == null) {
            session.setUsername(null);
            return Answers.error(Answers.AUTH, "name and password do not fit");
        }
        Optional<MaildropLocks.Lease> lease = locks.tryLock(mailbox.owner().asString());
        if (lease.isEmpty()) {
            LOGGER.info("POP3 login of {}: another session has the maildrop", user.asString());
            session.setUsername(null);
            close(mailbox);
            return Answers.error(Answers.IN_USE, "another session has this maildrop");
        }
        try {
            return open(session, Maildrop.open(mailbox, lease.get(), Conversation.of(session).settings().uidl()));
        } catch (Exception e) {
            LOGGER.error("POP3 login of {}: the mailbox cannot be listed", user.asString(), e);
            session.setUsername(null);
            lease.get().release();
            close(mailbox);
            return Answers.error(Answers.TEMPORARY, "the maildrop cannot be listed now");
        }
    }

    private static Response open(POP3Session session, Maildrop maildrop) {
        Conversation.of(session).enter(maildrop);
        POP3BeforeSMTPHelper.addIPAddress(session.getRemoteAddress().getAddress().getHostAddress());
        return Answers.ok(maildrop.count() + " messages (" + maildrop.octets() + " octets)");
    }

    private static void close(Mailbox mailbox) {
        try {
            mailbox.close();
        } catch (IOException | RuntimeException e) {
            LOGGER.warn("A mailbox could not be closed after POP3", e);
        }
    }
}
