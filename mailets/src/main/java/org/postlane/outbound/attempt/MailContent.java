// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.mailet.Mail;
import org.postlane.smtp.Content;

/**
 * The octets of a James mail. Where James still has the message as it came (in memory or in a file), they are streamed from
 * there; a message that mailets changed is written out once.
 *
 * <p>Safe for use by several threads: each reads a stream of its own.
 */
final class MailContent implements Content {
    /**
     * Content of at most so many octets is kept when it is first read. Most mail without attachments is smaller, and to read it
     * once more for each transaction, on a thread of its own, costs more than to have it in memory while it is in hand.
     */
    private static final int KEPT_OCTETS = 16 * 1024;

    private static final int BUFFER = 16 * 1024;

    /** Opens the octets anew. */
    private interface Source {
        InputStream open() throws IOException;
    }

    private final Source source;
    private final long size;
    private final boolean eightBit;
    /** Null where it is read anew each time. */
    private final byte[] kept;

    private MailContent(byte[] octets) {
        this.source = () -> new ByteArrayInputStream(octets);
        this.size = octets.length;
        this.eightBit = isHigh(octets, octets.length);
        this.kept = octets;
    }

    /** Larger content. */
    private MailContent(Source source, byte[] beginning, InputStream rest) throws IOException {
        this.source = source;
        long counted = beginning.length;
        boolean high = isHigh(beginning, beginning.length);
        byte[] buffer = new byte[BUFFER];
        for (int read = rest.read(buffer); read >= 0; read = rest.read(buffer)) {
            counted += read;
            high = high || isHigh(buffer, read);
        }
        this.size = counted;
        this.eightBit = high;
        this.kept = null;
    }

    private static boolean isHigh(byte[] octets, int length) {
        for (int i = 0; i < length; i++) {
            if (octets[i] < 0) {
                return true;
            }
        }
        return false;
    }

    private static MailContent of(Source source) throws IOException {
        try (InputStream in = source.open()) {
            byte[] beginning = in.readNBytes(KEPT_OCTETS + 1);
            return beginning.length <= KEPT_OCTETS ? new MailContent(beginning) : new MailContent(source, beginning, in);
        }
    }

    /** Whether a message of so many octets is kept. */
    static boolean isKept(long octets) {
        return octets <= KEPT_OCTETS;
    }

    static MailContent of(Mail mail) throws IOException {
        try {
            MimeMessage message = mail.getMessage();
            if (message == null) {
                throw new IOException("There is no message");
            }
            return of(message);
        } catch (MessagingException e) {
            throw new IOException("The message of " + mail.getName() + " cannot be read", e);
        }
    }

    static MailContent of(MimeMessage message) throws IOException, MessagingException {
        if (message instanceof MimeMessageWrapper && !((MimeMessageWrapper) message).isModified()) {
            return of(() -> {
                try {
                    return ((MimeMessageWrapper) message).getMessageInputStream();
                } catch (MessagingException e) {
                    throw new IOException(e);
                }
            });
        }
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        message.writeTo(written);
        return new MailContent(written.toByteArray());
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isEightBit() {
        return eightBit;
    }

    @Override
    public Optional<byte[]> inMemory() {
        return Optional.ofNullable(kept);
    }

    @Override
    public synchronized InputStream open() throws IOException {
        // James' source keeps a list of the streams that it gave out, which bears one thread at a time.
        return source.open();
    }
}
