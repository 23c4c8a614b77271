// SPDX-License-Identifier: Apache-2.0
package org.postlane.outbound.attempt;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
    private static final int BUFFER = 16 * 1024;

    /** Opens the octets anew. */
    private interface Source {
        InputStream open() throws IOException;
    }

    private final Source source;
    private final long size;
    private final boolean eightBit;

    private MailContent(Source source) throws IOException {
        this.source = source;
        long counted = 0;
        boolean high = false;
        try (InputStream in = source.open()) {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                counted += read;
                for (int i = 0; i < read && !high; i++) {
                    high = buffer[i] < 0;
                }
            }
        }
        this.size = counted;
        this.eightBit = high;
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
            return new MailContent(() -> {
                try {
                    return ((MimeMessageWrapper) message).getMessageInputStream();
                } catch (MessagingException e) {
                    throw new IOException(e);
                }
            });
        }
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        message.writeTo(written);
        byte[] octets = written.toByteArray();
        return new MailContent(() -> new ByteArrayInputStream(octets));
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
    public synchronized InputStream open() throws IOException {
        // James' source keeps a list of the streams that it gave out, which bears one thread at a time.
        return source.open();
    }
}
