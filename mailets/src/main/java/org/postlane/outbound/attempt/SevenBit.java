// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.activation.DataHandler;
import javax.mail.MessagingException;
import javax.mail.Part;
import javax.mail.internet.MimeBodyPart;
import javax.mail.internet.MimeMessage;
import javax.mail.internet.MimeMultipart;
import javax.mail.internet.MimePart;
import javax.mail.util.ByteArrayDataSource;

import org.apache.mailet.Mail;

/**
 * Seven-bit copies of eight-bit messages, for servers without 8BITMIME (RFC 6152 3). A signed message is left alone: its
 * signature would not survive, and a bounce with 5.6.3 tells its sender more than a broken signature tells its reader.
 */
final class SevenBit {
    private static final List<String> SIGNATURES = List.of("DKIM-Signature", "ARC-Message-Signature", "DomainKey-Signature");
    private static final String ENCODING = "Content-Transfer-Encoding";
    private static final String TYPE = "Content-Type";
    /** What leaves the octets as they are (RFC 2045 6.2); quoted-printable and base64 are seven-bit already. */
    private static final Set<String> IDENTITY = Set.of("7bit", "8bit", "binary");

    private SevenBit() {
    }

    /** A message that keeps its Message-ID and Date when its encodings change. */
    private static final class Copy extends MimeMessage {
        Copy(MimeMessage original) throws MessagingException {
            super(original);
        }

        @Override
        protected void updateMessageID() {
            // The copy is the same message, and threads and duplicates are recognised by it.
        }
    }

    /**
     * A copy without octets above 127; empty where the message is signed or has such octets outside of encodable bodies.
     *
     * @throws IOException when the message cannot be read
     * @throws MessagingException when the message cannot be read
     */
    static Optional<MailContent> copyOf(Mail mail) throws IOException, MessagingException {
        MimeMessage copy = new Copy(mail.getMessage());
        if (isSigned(copy)) {
            return Optional.empty();
        }
        MailContent content;
        try {
            encode(copy);
            copy.saveChanges();
            content = MailContent.of(copy);
        } catch (MessagingException | IOException | ClassCastException e) {
            // Its structure is broken, so there is nothing that could be encoded without guessing.
            return Optional.empty();
        }
        return content.isEightBit() ? Optional.empty() : Optional.of(content);
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
            replace(part, new DataHandler(multipart, part.getContentType()), "7bit");
        } else if (part.isMimeType("message/rfc822")) {
            MimeMessage inner = new Copy((MimeMessage) part.getContent());
            encode(inner);
            inner.saveChanges();
            // RFC 2046 5.2.1: no other encoding of a whole message is allowed.
            replace(part, new DataHandler(inner, part.getContentType()), "7bit");
        } else if (isIdentity(part)) {
            byte[] octets = read(part);
            if (isEightBit(octets)) {
                replace(part, new DataHandler(new ByteArrayDataSource(octets, part.getContentType())),
                    part.isMimeType("text/*") ? "quoted-printable" : "base64");
            }
        }
    }

    private static boolean isIdentity(MimePart part) throws MessagingException {
        String encoding = part.getEncoding();
        return encoding == null || IDENTITY.contains(encoding.toLowerCase(Locale.US));
    }

    private static byte[] read(Part part) throws MessagingException, IOException {
        try (InputStream in = part.getInputStream()) {
            return in.readAllBytes();
        }
    }

    private static boolean isEightBit(byte[] octets) {
        for (byte octet : octets) {
            if (octet < 0) {
                return true;
            }
        }
        return false;
    }

    /** Sets a content, under the type as it was written: setting one forgets it. */
    private static void replace(MimePart part, DataHandler content, String encoding) throws MessagingException {
        String[] type = part.getHeader(TYPE);
        part.setDataHandler(content);
        if (type != null) {
            part.setHeader(TYPE, type[0]);
        }
        part.setHeader(ENCODING, encoding);
    }
}
