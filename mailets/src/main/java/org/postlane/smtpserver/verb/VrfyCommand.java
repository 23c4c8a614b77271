// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.inject.Inject;

import org.apache.james.core.MailAddress;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPSession;
import org.postlane.recipient.Classification;
import org.postlane.recipient.Enquiries;
import org.postlane.recipient.NameFound;

/**
 * VRFY (RFC 5321 3.5). Who has not logged in hears {@code 252} whatever was asked, and nothing is looked up. To the others:
 *
 * <ul>
 * <li>{@code 250}: here, as a mailbox or by a mapping.</li>
 * <li>{@code 251}: all its mail goes on to one address elsewhere, which is named.</li>
 * <li>{@code 252}: in a domain that is none of this server.</li>
 * <li>{@code 550}, or what an {@code error:} mapping says ({@code 551 5.1.6 …}): not here.</li>
 * <li>{@code 553}: a name without a domain that more than one domain has.</li>
 * <li>{@code 451}: the directory could not answer. {@code 501}: no argument, or none that could be an address.</li>
 * </ul>
 *
 * <p>Goes into {@code smtpserver.xml} in front of James' own handlers. Safe for use by several threads.
 */
public class VrfyCommand extends EnquiryCommand<NameFound> {
    private final Enquiries enquiries;

    /** For James' injector. */
    @Inject
    public VrfyCommand(Enquiries enquiries) {
        super("VRFY");
        this.enquiries = enquiries;
    }

    @Override
    CompletableFuture<NameFound> ask(String argument) {
        return enquiries.find(argument);
    }

    @Override
    Response replyToStranger(SMTPSession session) {
        return Answer.of("252", "2.5.2", "Cannot verify; send the mail, and see");
    }

    @Override
    Response reply(String argument, NameFound found) {
        if (found.isInTooManyDomains()) {
            return Answer.of("553", "5.1.4", "Ambiguous: add the domain");
        }
        if (found.classification().isEmpty()) {
            return found.addresses().isEmpty() ? nobody(argument) : ambiguous(found.addresses());
        }
        MailAddress address = found.addresses().get(0);
        return verified(address, found.classification().get(), found);
    }

    private static Response verified(MailAddress address, Classification classification, NameFound found) {
        switch (classification.type()) {
            case LOCAL:
                return here(address);
            case VIRTUAL:
                return found.goesOnTo().map(target -> Answer.of("251", "2.1.5",
                    "User not local; will forward to <" + target.asString() + ">")).orElseGet(() -> here(address));
            case RELAY:
            case EXTERNAL:
                return Answer.of("252", "2.5.2",
                    "Cannot verify <" + address.asString() + ">, which is elsewhere; will try to deliver");
            default:
                return unknown(classification, "No such user: <" + address.asString() + ">");
        }
    }

    private static Response here(MailAddress address) {
        return Answer.of("250", "2.1.5", "<" + address.asString() + ">");
    }

    private static Response nobody(String name) {
        return Answer.of("550", "5.1.1", "No such user: " + name);
    }

    private static Response ambiguous(List<MailAddress> addresses) {
        List<String> lines = new ArrayList<>(List.of("Ambiguous; possibilities are"));
        addresses.forEach(address -> lines.add("<" + address.asString() + ">"));
        return Answer.of("553", "5.1.4", lines);
    }
}
