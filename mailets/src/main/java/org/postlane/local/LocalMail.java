// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.util.Collection;
import javax.mail.MessagingException;
import javax.mail.Session;
import javax.mail.internet.MimeMessage;

import org.apache.james.core.MailAddress;
import org.apache.james.core.Username;
import org.apache.james.mailbox.model.MailboxConstants;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.mailet.Mail;
import org.apache.mailet.StorageDirective;
import org.apache.mailet.base.RFC2822Headers;

/**
 * A mail on its way into mailboxes: the message written out once, and what differs between recipients. Safe for use by several
 * threads; whoever uses the message holds it from {@link #retain} (the maker from {@link #of}) to {@link #release}.
 */
final class LocalMail {
    private final Mail mail;
    private final String name;
    private final String origin;
    private final String messageId;
    private final SharedMessage message;
    private final HeaderTemplates headers;
    private final Session session = Session.getDefaultInstance(System.getProperties());

    private LocalMail(Mail mail, String origin, String messageId, SharedMessage message, HeaderTemplates headers) {
        this.mail = mail;
        this.name = mail.getName();
        this.origin = origin;
        this.messageId = messageId;
        this.message = message;
        this.headers = headers;
    }

    /**
     * Sets the Return-Path (RFC 5321 4.4) of the mail's message and writes it out.
     *
     * @param origin the name that the mail came with at first, by which its recipients are known from run to run
     */
    static LocalMail of(Mail mail, String origin, Collection<MailAddress> recipients) throws MessagingException {
        MimeMessage message = mail.getMessage();
        if (message == null) {
            throw new MessagingException("Mail " + mail.getName() + " has no message");
        }
        message.setHeader(RFC2822Headers.RETURN_PATH, mail.getMaybeSender().asPrettyString());
        SharedMessage shared = SharedMessage.write(message);
        boolean complete = false;
        try {
            HeaderTemplates headers = HeaderTemplates.of(message, mail.getPerRecipientSpecificHeaders(), recipients);
            LocalMail made = new LocalMail(mail, origin, message.getMessageID(), shared, headers);
            complete = true;
            return made;
        } finally {
            if (!complete) {
                shared.release();
            }
        }
    }

    /** The message as it came, in octets. */
    long size() {
        return message.size();
    }

    String name() {
        return name;
    }

    String origin() {
        return origin;
    }

    String messageId() {
        return messageId;
    }

    String sender() {
        return mail.getMaybeSender().asString();
    }

    /** Folder and flags that Sieve, JMAP filtering and other mailets have set for this user. */
    StorageDirective directive(Username user) {
        return StorageDirective.fromMail(user, mail).withDefaultFolder(MailboxConstants.INBOX);
    }

    /** The message as this recipient gets it. It is only read. */
    MimeMessage copyFor(MailAddress recipient) {
        return with(headers.of(recipient));
    }

    /** The message as it is, without the headers of recipients, for a queue: a copy of it is written as this one is. */
    MimeMessage copy() {
        return with(headers.shared());
    }

    private MimeMessage with(byte[] header) {
        return new MimeMessageWrapper(session, new RecipientCopy(name, header, message, headers.shared().length));
    }

    void retain() {
        message.retain();
    }

    void release() {
        message.release();
    }
}
