// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import javax.inject.Inject;
import javax.mail.internet.AddressException;

import org.apache.james.core.MailAddress;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HeloHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.postlane.recipient.Enquiries;
import org.postlane.recipient.GroupFound;

/**
 * EXPN (RFC 5321 3.5): the members of a group of James' rewrite table, groups within it resolved, for whoever has logged in.
 *
 * <ul>
 * <li>{@code 250}: the members, one a line. {@code 252}: there are more than a reply lists.</li>
 * <li>{@code 550}: no group; or what an {@code error:} mapping or a circle of mappings has RCPT answered.</li>
 * <li>{@code 530}: nobody has logged in, on a listener where one can. {@code 502}: on one where nobody can, which does not
 * announce EXPN either.</li>
 * <li>{@code 451}: the directory could not answer. {@code 501}: no argument, or none that could be an address.</li>
 * </ul>
 *
 * <p>Goes into {@code smtpserver.xml} in front of James' own handlers. Safe for use by several threads.
 */
public class ExpnCommand extends EnquiryCommand<GroupFound> implements HeloHook {
    private final Enquiries enquiries;

    /** For James' injector. */
    @Inject
    public ExpnCommand(Enquiries enquiries) {
        super("EXPN");
        this.enquiries = enquiries;
    }

    /** Whether EXPN can be of use in this session. */
    static boolean isOffered(SMTPSession session) {
        return session.getUsername() != null || session.isAuthAnnounced();
    }

    /** RFC 5321 3.5.2: announced where it is supported. */
    @Override
    public Set<String> implementedEsmtpFeatures(SMTPSession session) {
        return isOffered(session) ? Set.of("EXPN") : Set.of();
    }

    @Override
    public HookResult doHelo(SMTPSession session, String helo) {
        return HookResult.DECLINED;
    }

    @Override
    CompletableFuture<GroupFound> ask(String argument) {
        try {
            return enquiries.expand(new MailAddress(argument));
        } catch (AddressException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    Response replyToStranger(SMTPSession session) {
        return isOffered(session)
            ? Answer.of("530", "5.7.0", "Authentication required")
            : Answer.of("502", "5.5.1", "EXPN is not offered here");
    }

    @Override
    Response reply(String argument, GroupFound found) {
        if (!found.isGroup()) {
            boolean isHere = found.classification().isOpenToAll();
            return unknown(found.classification(),
                isHere ? "That is no mailing list" : "No such mailing list: " + argument);
        }
        if (!found.isComplete()) {
            return Answer.of("252", "2.5.2", "Too many members to list; will deliver to all of them");
        }
        return Answer.of("250", "2.1.5",
            found.members().stream().map(member -> "<" + member + ">").collect(Collectors.toList()));
    }
}
