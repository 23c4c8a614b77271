// SPDX-License-Identifier: Apache-2.0
package org.postlane.mailet;

import javax.inject.Inject;
import javax.mail.MessagingException;

import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.rrt.api.RecipientRewriteTable.ErrorMappingException;
import org.apache.james.transport.mailets.PostmasterAlias;
import org.apache.mailet.Mail;
import org.postlane.lane.SpoolReturn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * James' {@code PostmasterAlias}: mail for the postmaster of a domain of this server goes to the postmaster in
 * {@code <context>}, unless there is a user or an alias of that name. Where users or domains cannot be looked up, James' own
 * throws, and the sender gets a bounce; here the mail goes back to the spool for 10 s, doubling to 5 min, for 5 days, and then
 * to the processor {@code error}.
 *
 * <p>A postmaster whose aliases run in a circle stays as it is: the rewrite table tells what is wrong with it. Takes no
 * parameters. Safe for use by several threads.
 *
 * <pre>{@code
 * <mailet match="All" class="org.postlane.mailet.RewritePostmaster">
 *   <onMailetException>propagate</onMailetException>
 * </mailet>}</pre>
 */
public class RewritePostmaster extends PostmasterAlias {
    private static final Logger LOGGER = LoggerFactory.getLogger(RewritePostmaster.class);

    private final SpoolReturn spoolReturn;

    /** For James' injector. */
    @Inject
    public RewritePostmaster(MailQueueFactory<?> queues) {
        this.spoolReturn = new SpoolReturn(queues, SpoolReturn.REWRITE_RETURNS);
    }

    @Override
    public void service(Mail mail) throws MessagingException {
        try {
            super.service(mail);
            spoolReturn.forget(mail);
        } catch (RuntimeException e) {
            if (e.getCause() instanceof ErrorMappingException) {
                LOGGER.warn("A postmaster among the recipients of mail {} has aliases that lead nowhere", mail.getName(), e);
                spoolReturn.forget(mail);
            } else {
                spoolReturn.giveBack(mail, new MessagingException("The postmaster's address of mail " + mail.getName()
                    + " cannot be looked up", e));
            }
        }
    }

    @Override
    public void destroy() {
        spoolReturn.close();
    }

    @Override
    public String getMailetInfo() {
        return "Postlane: the postmaster's address, which waits for its database";
    }
}
