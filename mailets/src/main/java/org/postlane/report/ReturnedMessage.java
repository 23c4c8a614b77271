// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Enumeration;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

/**
 * What of the original a report gives back: all of it, or its header (RFC 6522 3), in its own octets, never more than
 * {@link ReportLimits#RETURNED_OCTETS}. Immutable.
 */
final class ReturnedMessage {
    private static final byte[] LINE_END = {'\r', '\n'};

    private final String type;
    private final byte[] octets;

    private ReturnedMessage(String type, byte[] octets) {
        this.type = type;
        this.octets = octets;
    }

    /** Ends the writing of a message that is too large, before it is all in memory. */
    private static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Bounded extends OutputStream {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        @Override
        public void write(int b) throws IOException {
            reserve(1);
            out.write(b);
        }

        @Override
        public void write(byte[] b, int offset, int length) throws IOException {
            reserve(length);
            out.write(b, offset, length);
        }

        private void reserve(int length) throws TooLargeException {
            if (length > ReportLimits.RETURNED_OCTETS - out.size()) {
                throw new TooLargeException();
            }
        }
    }

    /**
     * Of a message.
     *
     * @param headerOnly whether that is enough
     * @throws MessagingException when the message cannot be read; so does IOException
     */
    static ReturnedMessage of(MimeMessage message, boolean headerOnly) throws MessagingException, IOException {
        if (!headerOnly) {
            try {
                Bounded whole = new Bounded();
                message.writeTo(whole);
                return new ReturnedMessage("message/rfc822", whole.out.toByteArray());
            } catch (TooLargeException e) {
                // The sender knows it by its header.
                return new ReturnedMessage("text/rfc822-headers", headerOf(message));
            }
        }
        return new ReturnedMessage("text/rfc822-headers", headerOf(message));
    }

    private static byte[] headerOf(MimeMessage message) throws MessagingException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        Enumeration<String> lines = message.getAllHeaderLines();
        while (lines.hasMoreElements()) {
            String text = lines.nextElement();
            // JavaMail reads each octet as one character; what a mailet added may be real Unicode.
            byte[] line = text.getBytes(text.chars().allMatch(c -> c <= 0xff) ? ISO_8859_1 : UTF_8);
            if (line.length > ReportLimits.RETURNED_OCTETS - header.size() - LINE_END.length) {
                break;
            }
            header.writeBytes(line);
            header.writeBytes(LINE_END);
        }
        return header.toByteArray();
    }

    /** The media type. */
    String type() {
        return type;
    }

    byte[] octets() {
        return octets.clone();
    }

    boolean isEightBit() {
        for (byte octet : octets) {
            if (octet < 0) {
                return true;
            }
        }
        return false;
    }
}
