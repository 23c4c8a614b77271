// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.RecipientRewriteTable;
import org.apache.mailet.AttributeName;
import org.apache.mailet.Mail;
import org.apache.mailet.ProcessingState;
import org.postlane.james.KeptName;
import org.postlane.lane.SettledRecipients;
import org.postlane.lane.SpoolReturn;
import org.postlane.recipient.LookupFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * James' {@code RecipientRewriteTable}, with its parameters and results, but for three things.
 *
 * <p>All recipients are looked up before any copy leaves. Where the table cannot be read (its database is away), the mail goes
 * back to the spool as it is, and is rewritten after 10 s, doubling to 5 min, for 5 days; then it goes to the processor
 * {@code error}. Stock takes that for a wrong mapping, and the sender gets a bounce. A mapping that refuses, or leads nowhere,
 * is an answer.
 *
 * <p>A copy for targets elsewhere that the spool does not take is not lost, as with stock: the mail waits in the same way, or an
 * exception says so. Targets who have theirs get no second one.
 *
 * <p>Where the sender said what reports it wants (RFC 3461), stock hands the wishes for an alias or a group on to whoever stands
 * behind it, but fails where one address stands behind two recipients with wishes; and some mail servers send ORCPT for each
 * recipient. Here wishes for the same address are put together.
 *
 * <p>Set {@code onMailetException} to {@code propagate}: where the spool does not take the mail, the lane has it again. Safe for
 * use by several threads.
 *
 * <pre>{@code
 * <mailet match="All" class="org.postlane.mailet.RewriteRecipients">
 *   <errorProcessor>rrt-error</errorProcessor>
 *   <onMailetException>propagate</onMailetException>
 * </mailet>}</pre>
 */
public class RewriteRecipients extends RecipientRewriteTable {
    /** Targets elsewhere that have their copy of this very mail, and recipients in error who are told of, if it comes again. */
    static final AttributeName FORWARDED = AttributeName.of("postlane-forwarded");

    private static final Logger LOGGER = LoggerFactory.getLogger(RewriteRecipients.class);

    private final org.apache.james.rrt.api.RecipientRewriteTable table;
    private final DomainList domains;
    private final SpoolReturn spoolReturn;
    private ProcessingState errorProcessor;

    /** For James' injector. */
    @Inject
    public RewriteRecipients(org.apache.james.rrt.api.RecipientRewriteTable table, DomainList domains,
            MailQueueFactory<?> queues) {
        super(table, domains);
        this.table = table;
        this.domains = domains;
        this.spoolReturn = new SpoolReturn(queues, SpoolReturn.REWRITE_RETURNS);
    }

    @Override
    public void init() throws MessagingException {
        super.init();
        errorProcessor = new ProcessingState(getInitParameter(ERROR_PROCESSOR, Mail.ERROR));
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        if (mail.getMessage() == null) {
            return;
        }
        try {
            Rewriting rewriting = Rewriting.of(mail, table, domains, getMailetContext());
            Set<String> before = SettledRecipients.of(mail, FORWARDED);
            for (Rewriting.Forward forward : rewriting.forwards()) {
                send(mail, forward, before);
            }
            sendInError(mail, rewriting.inError(), before);
            take(mail, rewriting);
        } catch (LookupFailedException | MessagingException | RuntimeException e) {
            spoolReturn.giveBack(mail, new MessagingException("Mail " + mail.getName() + " cannot be rewritten", e));
        }
    }

    private void send(Mail mail, Rewriting.Forward forward, Set<String> before) throws MessagingException {
        List<MailAddress> recipients = forward.recipients().stream()
            .filter(recipient -> !before.contains(SettledRecipients.key(recipient))).collect(Collectors.toList());
        if (recipients.isEmpty()) {
            return;
        }
        Mail copy = mail.duplicate();
        try {
            copy.setRecipients(recipients);
            forward.wishes().ifPresent(copy::setDsnParameters);
            spoolReturn.forget(copy);
            copy.removeAttribute(FORWARDED);
            getMailetContext().sendMail(copy);
            SettledRecipients.add(mail, FORWARDED, recipients);
            LOGGER.info("Mail {} goes on to {} as {}", mail.getName(), recipients, copy.getName());
        } finally {
            LifecycleUtil.dispose(copy);
        }
    }

    private void sendInError(Mail mail, Set<MailAddress> all, Set<String> before) throws MessagingException {
        List<MailAddress> inError = all.stream()
            .filter(recipient -> !before.contains(SettledRecipients.key(recipient))).collect(Collectors.toList());
        if (inError.isEmpty()) {
            return;
        }
        MailImpl error = MailImpl.builder().name(mail.getName()).sender(mail.getMaybeSender()).addRecipients(inError)
            .mimeMessage(mail.getMessage()).state(errorProcessor.getValue()).build();
        KeptName.inherit(mail, error);
        try {
            getMailetContext().sendMail(error);
            SettledRecipients.add(mail, FORWARDED, inError);
        } finally {
            LifecycleUtil.dispose(error);
        }
    }

    private void take(Mail mail, Rewriting rewriting) {
        // What was sent stays noted: a lane that fails behind this has the mail again, with all its recipients and that name.
        spoolReturn.forget(mail);
        mail.dsnParameters().ifPresent(said -> mail.setDsnParameters(said.withRcptParameters(rewriting.wishes())));
        mail.setRecipients(rewriting.targets());
        if (rewriting.targets().isEmpty()) {
            mail.setState(Mail.GHOST);
        }
    }

    @Override
    public void destroy() {
        spoolReturn.close();
    }

    @Override
    public String getMailetInfo() {
        return "Postlane: the rewrite table, which waits for its database";
    }
}
