// SPDX-License-Identifier: Apache-2.0
package org.postlane.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

import org.apache.james.server.core.MimeMessageWrapper;

/**
 * What of the original a report gives back: all of it, or its header (RFC 6522 3), in its own octets, never more than
 * {@link ReportLimits#RETURNED_OCTETS}. Immutable.
 */
final class ReturnedMessage {
    private static final int ENOUGH = ReportLimits.RETURNED_OCTETS + 1;

    private final String type;
    private final byte[] octets;

    private ReturnedMessage(String type, byte[] octets) {
        this.type = type;
        this.octets = octets;
    }

    /** Ends the writing of a message of which there is enough. */
    private static final class EnoughException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Takes the beginning of what is written. */
    private static final class Beginning extends OutputStream {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] b, int offset, int length) throws IOException {
            out.write(b, offset, Math.min(length, ENOUGH - out.size()));
            if (out.size() >= ENOUGH) {
                throw new EnoughException();
            }
        }
    }

    /**
     * Of a message.
     *
     * @param headerOnly whether that is enough; of a message that is too large it has to be
     * @throws MessagingException when the message cannot be read; so does IOException
     */
    static ReturnedMessage of(MimeMessage message, boolean headerOnly) throws MessagingException, IOException {
        byte[] beginning = beginningOf(message);
        return headerOnly || beginning.length >= ENOUGH
            ? new ReturnedMessage("text/rfc822-headers", headerOf(beginning))
            : new ReturnedMessage("message/rfc822", beginning);
    }

    private static byte[] beginningOf(MimeMessage message) throws MessagingException, IOException {
        if (message instanceof MimeMessageWrapper && !((MimeMessageWrapper) message).isModified()) {
            // As it came: JavaMail would write a header beyond ASCII in question marks.
            try (InputStream in = ((MimeMessageWrapper) message).getMessageInputStream()) {
                return in.readNBytes(ENOUGH);
            }
        }
        Beginning beginning = new Beginning();
        try {
            message.writeTo(beginning);
        } catch (EnoughException e) {
            return beginning.out.toByteArray();
        }
        return beginning.out.toByteArray();
    }

    /** The lines before the first empty one, as far as they are complete. */
    private static byte[] headerOf(byte[] octets) {
        int lineBegin = 0;
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] == '\n') {
                boolean blank = i == lineBegin || (i == lineBegin + 1 && octets[lineBegin] == '\r');
                if (blank) {
                    break;
                }
                lineBegin = i + 1;
            }
        }
        return Arrays.copyOf(octets, lineBegin);
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
