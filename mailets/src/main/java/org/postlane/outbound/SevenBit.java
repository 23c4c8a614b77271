// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import javax.mail.MessagingException;
import javax.mail.internet.MimeBodyPart;
import javax.mail.internet.MimeMessage;
import javax.mail.internet.MimeMultipart;
import javax.mail.internet.MimePart;

import org.apache.mailet.Mail;

/**
 * Seven-bit copies of eight-bit messages, for servers without 8BITMIME (RFC 6152 3). A signed message is left alone: its
 * signature would not survive, and a bounce with 5.6.3 tells its sender more than a broken signature tells its reader.
 */
final class SevenBit {
    private static final List<String> SIGNATURES = List.of("DKIM-Signature", "ARC-Message-Signature", "DomainKey-Signature");

    private SevenBit() {
    }

    /** A copy without octets above 127; empty where the message is signed or has such octets outside of encodable bodies. */
    static Optional<MailContent> copyOf(Mail mail) throws IOException {
        try {
            MimeMessage copy = new MimeMessage(mail.getMessage());
            if (isSigned(copy)) {
                return Optional.empty();
            }
            encode(copy);
            copy.saveChanges();
            MailContent content = MailContent.of(copy);
            return content.isEightBit() ? Optional.empty() : Optional.of(content);
        } catch (MessagingException e) {
            return Optional.empty();
        }
    }

    private static boolean isSigned(MimeMessage message) throws MessagingException {
        for (String signature : SIGNATURES) {
            if (message.getHeader(signature) != null) {
                return true;
            }
        }
        return message.isMimeType("multipart/signed");
    }

    private static void encode(MimePart part) throws MessagingException, IOException {
        if (part.isMimeType("multipart/*")) {
            MimeMultipart multipart = (MimeMultipart) part.getContent();
            for (int i = 0; i < multipart.getCount(); i++) {
                encode((MimeBodyPart) multipart.getBodyPart(i));
            }
            // Set again, or the untouched octets of the whole would be written instead of its encoded parts.
            part.setContent(multipart, part.getContentType());
        } else if ("8bit".equalsIgnoreCase(part.getEncoding()) || "binary".equalsIgnoreCase(part.getEncoding())) {
            part.setDataHandler(part.getDataHandler());
            part.setHeader("Content-Transfer-Encoding", part.isMimeType("text/*") ? "quoted-printable" : "base64");
        }
    }
}
