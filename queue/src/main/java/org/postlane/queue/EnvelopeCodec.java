// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import javax.mail.internet.AddressException;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.james.core.MailAddress;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.PerRecipientHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All of a mail but its message, as octets. What one looks for mail by comes first, so that a search need not read the rest.
 * Attributes are kept as James itself writes them; those it cannot write are lost, as in its own queues.
 */
final class EnvelopeCodec {
    private static final byte FORMAT = 1;
    /** Written in place of a length. */
    private static final int NULL = -1;
    private static final Logger LOGGER = LoggerFactory.getLogger(EnvelopeCodec.class);

    /** What one looks for mail by. */
    static final class Addresses {
        final String name;
        /** Null for the null sender. */
        final String sender;
        final List<String> recipients;

        private Addresses(String name, String sender, List<String> recipients) {
            this.name = name;
            this.sender = sender;
            this.recipients = recipients;
        }
    }

    private EnvelopeCodec() {
    }

    /** The octets of a mail whose message has that size. */
    static byte[] write(Mail mail, long messageSize) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(512);
        try (DataOutputStream out = new DataOutputStream(octets)) {
            out.writeByte(FORMAT);
            text(out, mail.getName());
            text(out, mail.getMaybeSender().asOptional().map(MailAddress::asString).orElse(null));
            out.writeInt(mail.getRecipients().size());
            for (MailAddress recipient : mail.getRecipients()) {
                text(out, recipient.asString());
            }
            out.writeLong(messageSize);
            text(out, mail.getState());
            text(out, mail.getErrorMessage());
            text(out, mail.getRemoteHost());
            text(out, mail.getRemoteAddr());
            Date updated = mail.getLastUpdated();
            out.writeLong(updated == null ? Long.MIN_VALUE : updated.toInstant().toEpochMilli());
            attributes(out, mail);
            headers(out, mail);
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot fail", e);
        }
        return octets.toByteArray();
    }

    private static void attributes(DataOutputStream out, Mail mail) throws IOException {
        List<String> written = new ArrayList<>();
        for (Attribute attribute : (Iterable<Attribute>) mail.attributes()::iterator) {
            try {
                attribute.getValue().toJson().map(JsonNode::toString).ifPresent(json -> {
                    written.add(attribute.getName().asString());
                    written.add(json);
                });
            } catch (RuntimeException e) {
                LOGGER.error("{} goes on without its attribute {}, which cannot be written", mail.getName(),
                    attribute.getName().asString(), e);
            }
        }
        out.writeInt(written.size());
        for (String text : written) {
            text(out, text);
        }
    }

    private static void headers(DataOutputStream out, Mail mail) throws IOException {
        PerRecipientHeaders headers = mail.getPerRecipientSpecificHeaders();
        if (headers == null) {
            out.writeInt(0);
            return;
        }
        var entries = headers.getHeadersByRecipient().entries();
        out.writeInt(entries.size());
        for (Map.Entry<MailAddress, PerRecipientHeaders.Header> entry : entries) {
            text(out, entry.getKey().asString());
            text(out, entry.getValue().getName());
            text(out, entry.getValue().getValue());
        }
    }

    static Addresses addresses(byte[] octets) throws DamagedRecordException {
        return decode(octets, EnvelopeCodec::readAddresses);
    }

    /** The mail without its message, and with the size of that. */
    static Map.Entry<MailImpl, Long> read(byte[] octets) throws DamagedRecordException {
        return decode(octets, EnvelopeCodec::readMail);
    }

    private interface Reading<T> {
        T from(DataInputStream in) throws IOException, AddressException;
    }

    private static <T> T decode(byte[] octets, Reading<T> reading) throws DamagedRecordException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets))) {
            byte format = in.readByte();
            if (format != FORMAT) {
                throw new DamagedRecordException("an envelope of format " + format + ", not " + FORMAT);
            }
            return reading.from(in);
        } catch (DamagedRecordException e) {
            throw e;
        } catch (IOException | AddressException | RuntimeException e) {
            throw new DamagedRecordException("an envelope of " + octets.length + " octets that cannot be understood: " + e, e);
        }
    }

    private static Addresses readAddresses(DataInputStream in) throws IOException {
        String name = text(in);
        String sender = text(in);
        int count = count(in);
        List<String> recipients = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            recipients.add(text(in));
        }
        return new Addresses(name, sender, recipients);
    }

    private static Map.Entry<MailImpl, Long> readMail(DataInputStream in) throws IOException, AddressException {
        Addresses addresses = readAddresses(in);
        MailImpl.Builder mail = MailImpl.builder().name(addresses.name);
        if (addresses.sender != null) {
            mail.sender(addresses.sender);
        }
        for (String recipient : addresses.recipients) {
            mail.addRecipient(recipient);
        }
        final long messageSize = in.readLong();
        mail.state(text(in)).errorMessage(text(in)).remoteHost(text(in)).remoteAddr(text(in));
        long updated = in.readLong();
        if (updated != Long.MIN_VALUE) {
            mail.lastUpdated(Date.from(Instant.ofEpochMilli(updated)));
        }
        for (int left = count(in); left > 0; left -= 2) {
            attribute(mail, text(in), text(in));
        }
        for (int left = count(in); left > 0; left--) {
            MailAddress recipient = new MailAddress(text(in));
            mail.addHeaderForRecipient(PerRecipientHeaders.Header.builder().name(text(in)).value(text(in)).build(), recipient);
        }
        if (in.read() >= 0) {
            throw new DamagedRecordException("an envelope that goes on behind its end");
        }
        return Map.entry(mail.build(), messageSize);
    }

    private static void attribute(MailImpl.Builder mail, String name, String json) {
        try {
            mail.addAttribute(new Attribute(AttributeName.of(name), AttributeValue.fromJsonString(json)));
        } catch (IOException | RuntimeException | LinkageError e) {
            // As James' own queues: its class may have gone with an extension, and the mail shall not go with it.
            LOGGER.error("{} goes on without its attribute {}, which cannot be read: {}", mail.getName(), name, json, e);
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        if (text == null) {
            out.writeInt(NULL);
            return;
        }
        byte[] octets = text.getBytes(UTF_8);
        out.writeInt(octets.length);
        out.write(octets);
    }

    private static String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length == NULL) {
            return null;
        }
        return new String(octets(in, length), UTF_8);
    }

    private static byte[] octets(DataInputStream in, int length) throws IOException {
        // All of it is in memory: what says to be longer is damaged, and no reason to make room for it.
        if (length < 0 || length > in.available()) {
            throw new EOFException("a text of " + length + " octets where " + in.available() + " are left");
        }
        return in.readNBytes(length);
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > in.available()) {
            throw new EOFException(count + " elements in " + in.available() + " octets");
        }
        return count;
    }
}
