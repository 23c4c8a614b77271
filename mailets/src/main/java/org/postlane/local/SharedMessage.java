// SPDX-License-Identifier: Apache-2.0
package org.postlane.local;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

import org.apache.james.server.core.BufferedDeferredFileOutputStream;
import org.apache.james.server.core.MimeMessageWrapper;
import org.apache.james.util.SizeFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message written out once: in memory while it is small, in a file above James' threshold. James' own source for this is made
 * for one thread, and keeps each stream that it ever gave out.
 *
 * <p>Safe for use by several threads. Each user holds it from {@link #retain} (the maker from {@link #write}) to
 * {@link #release}; the last one deletes the file.
 */
final class SharedMessage {
    /** The property by which James sets where its own messages move from memory to a file, and its default. */
    private static final String THRESHOLD = "james.message.memory.threshold";
    private static final int DEFAULT_THRESHOLD = 100 * 1024;
    private static final String FILE_NAME = "postlane-local-";

    private static final Logger LOGGER = LoggerFactory.getLogger(SharedMessage.class);

    private final byte[] octets;
    private final File file;
    private final long size;
    private int users = 1;

    private SharedMessage(byte[] octets, File file, long size) {
        this.octets = octets;
        this.file = file;
        this.size = size;
    }

    /** Writes the message out as James' mailboxes would read it. */
    static SharedMessage write(MimeMessage message) throws MessagingException {
        try (BufferedDeferredFileOutputStream out = new BufferedDeferredFileOutputStream(threshold(), FILE_NAME, ".m64")) {
            boolean written = false;
            try {
                copy(message, out);
                out.close();
                written = true;
                return new SharedMessage(out.getData(), out.getFile(), out.getByteCount());
            } finally {
                if (!written && out.getFile() != null) {
                    delete(out.getFile());
                }
            }
        } catch (IOException e) {
            throw new MessagingException("The message cannot be written out", e);
        }
    }

    private static void copy(MimeMessage message, OutputStream out) throws IOException, MessagingException {
        if (message instanceof MimeMessageWrapper && !((MimeMessageWrapper) message).isBodyModified()) {
            try (InputStream in = ((MimeMessageWrapper) message).getMessageInputStream()) {
                in.transferTo(out);
            }
        } else {
            message.writeTo(out);
        }
    }

    private static int threshold() {
        String set = System.getProperty(THRESHOLD);
        return set == null ? DEFAULT_THRESHOLD : Math.toIntExact(SizeFormat.parseAsByteCount(set));
    }

    /** In octets. */
    long size() {
        return size;
    }

    /** The octets from one on; the caller closes the stream. */
    InputStream from(int offset) throws IOException {
        if (file == null) {
            return new ByteArrayInputStream(octets, offset, octets.length - offset);
        }
        FileInputStream in = new FileInputStream(file);
        try {
            in.getChannel().position(offset);
        } catch (IOException e) {
            in.close();
            throw e;
        }
        return new BufferedInputStream(in);
    }

    /** One user more. */
    synchronized void retain() {
        users++;
    }

    /** One user less. */
    synchronized void release() {
        users--;
        if (users == 0 && file != null) {
            delete(file);
        }
    }

    private static void delete(File file) {
        try {
            Files.deleteIfExists(file.toPath());
        } catch (IOException e) {
            LOGGER.warn("The file {} of a message that was delivered stays behind", file, e);
        }
    }
}
