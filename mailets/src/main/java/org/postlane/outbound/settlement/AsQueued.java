// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.settlement;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import javax.mail.MessagingException;

import com.google.common.hash.Hashing;
import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.Mail;
import org.postlane.james.KeptName;

/**
 * A mail as the queue gave it. Several things happen to one mail, each with its own recipients and attributes: every one of
 * them begins with this, so that the mark of one (an error, a state, a retry count) does not show on the next.
 *
 * <p>Not safe for use by several threads at once.
 */
final class AsQueued {
    private Mail mail;
    private final String cameAs;
    private final String state;
    private final String errorMessage;
    private final List<MailAddress> recipients;
    private final List<Attribute> attributes;
    private String name;
    private boolean copied;

    AsQueued(Mail mail) {
        this.mail = mail;
        this.cameAs = mail.getName();
        this.name = cameAs;
        this.state = mail.getState();
        this.errorMessage = mail.getErrorMessage();
        this.recipients = List.copyOf(mail.getRecipients());
        this.attributes = mail.attributes().collect(Collectors.toUnmodifiableList());
    }

    /**
     * Gives the mail another name from now on. James puts a mark into the name whenever it divides a mail, and takes one with
     * more than seven for a loop: its queues, its spool and its repositories then refuse the mail for ever. The new name is the
     * same each time, so that a step that is repeated after a crash writes the same mail.
     */
    void nameAnew() {
        name = "postlane-" + Hashing.sha256().hashString(cameAs, UTF_8).toString().substring(0, 16);
    }

    /** From now on a copy is used: a queue that is told that a mail is done disposes of its content. May be said again. */
    void useCopy() throws MessagingException {
        if (!copied) {
            mail = MailImpl.builder().name(name).sender(mail.getMaybeSender()).addRecipients(recipients)
                .remoteHost(mail.getRemoteHost()).remoteAddr(mail.getRemoteAddr()).lastUpdated(mail.getLastUpdated())
                .addAllHeadersForRecipients(mail.getPerRecipientSpecificHeaders()).mimeMessage(mail.getMessage()).build();
            copied = true;
        }
    }

    /** Disposes of the copy, if one was made. */
    void end() {
        if (copied) {
            LifecycleUtil.dispose(mail);
        }
    }

    /** What it is called now. */
    String name() {
        return name;
    }

    /** Under the name that it came with again. */
    Mail asItCame() {
        name = cameAs;
        return whole();
    }

    /** The mail as it came. */
    Mail whole() {
        return to(recipients);
    }

    /** The mail as it came, to some of its recipients. */
    Mail to(Collection<MailAddress> some) {
        mail.removeAllAttributes();
        attributes.forEach(mail::setAttribute);
        mail.setName(name);
        mail.setState(state);
        mail.setErrorMessage(errorMessage);
        mail.setRecipients(some);
        return mail;
    }

    /**
     * The mail to some of its recipients, under a name of its own unless they are all: repositories keep one mail of a name,
     * and the rest of this one may come there too.
     */
    Mail partTo(Collection<MailAddress> some, String suffix) {
        Mail part = to(some);
        if (some.size() < recipients.size()) {
            part.setName(name + suffix);
        }
        return part;
    }

    /**
     * The mail to some of its recipients, under a name that no other part of it has, whatever becomes of the parts: the same for
     * the same recipients, and no longer when a part is divided again.
     */
    Mail named(Collection<MailAddress> some, String kind) {
        Mail part = to(some);
        String first = KeptName.original(name).replaceFirst("-" + kind + "-[0-9a-f]{12}$", "");
        part.setName(first + "-" + kind + "-" + fingerprint(some));
        return part;
    }

    /** Twelve hexadecimal digits that stand for these recipients, in this order. */
    static String fingerprint(Collection<MailAddress> recipients) {
        String all = recipients.stream().map(MailAddress::asString).collect(Collectors.joining("\n"));
        return Hashing.sha256().hashString(all, UTF_8).toString().substring(0, 12);
    }
}
