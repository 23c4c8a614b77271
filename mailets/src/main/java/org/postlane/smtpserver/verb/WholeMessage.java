// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtpserver.verb;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import javax.mail.MessagingException;

import org.apache.james.server.core.MailImpl;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.mailet.Mail;
import org.postlane.james.ReceivedOctets;

/**
 * A small message as it was received. James' memory queue copies a message by having it written out, which James does by parsing
 * its headers and writing one after the other; this one writes the octets that it has, until somebody changes it.
 */
final class WholeMessage extends MimeMessageWrapper {
    private final byte[] octets;

    private WholeMessage(String id, byte[] octets) {
        super(new ReceivedOctets(id, octets));
        this.octets = octets;
    }

    /** Puts it into the place of a mail's message, unless that is large or not as it was received. */
    static void replaceIn(Mail mail) throws MessagingException, IOException {
        Optional<MimeMessageWrapper> received = Optional.ofNullable(mail.getMessage())
            .filter(MimeMessageWrapper.class::isInstance)
            .map(MimeMessageWrapper.class::cast).filter(message -> !message.isModified());
        if (received.isPresent() && mail instanceof MailImpl && received.get().getMessageSize() <= ReceivedOctets.MOST) {
            try (InputStream in = received.get().getMessageInputStream()) {
                WholeMessage whole = new WholeMessage(received.get().getSourceId(), in.readAllBytes());
                ((MailImpl) mail).setMessageNoCopy(whole);
            }
        }
    }

    @Override
    public void writeTo(OutputStream out) throws IOException, MessagingException {
        if (isModified()) {
            super.writeTo(out);
        } else {
            out.write(octets);
        }
    }
}
