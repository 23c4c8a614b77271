// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import javax.mail.MessagingException;
import javax.mail.internet.MimeMessage;

import org.apache.james.server.core.MimeMessageWrapper;

/** Takes a message: into memory as long as it is small, into a file of {@link Bodies} beyond. For one thread. */
final class ContentSink extends OutputStream {
    /**
     * What is larger is written once, to a file, where in the database it would go into the log, a table, and into others with
     * each compaction; a file costs two syncs and an entry of a directory more. Many threads may hold as much at a time.
     */
    static final int LARGEST_IN_MEMORY = 128 * 1024;

    private final Bodies bodies;
    private final long id;
    private final long free;
    private ByteArrayOutputStream memory = new ByteArrayOutputStream(4096);
    private Bodies.Body file;
    private long size;

    private ContentSink(Bodies bodies, long id, long free) {
        this.bodies = bodies;
        this.id = id;
        this.free = free;
    }

    /** The message as it is sent on; on the disk when this returns, unless it is in memory. */
    static ContentSink take(MimeMessage message, Bodies bodies, long id, long free) throws IOException, MessagingException {
        ContentSink sink = new ContentSink(bodies, id, free);
        try {
            if (message instanceof MimeMessageWrapper && !((MimeMessageWrapper) message).isModified()) {
                // As it came: not parsed, and no line of it changed.
                try (InputStream in = ((MimeMessageWrapper) message).getMessageInputStream()) {
                    in.transferTo(sink);
                }
            } else {
                message.writeTo(sink);
            }
            if (sink.file != null) {
                sink.file.close();
            }
            return sink;
        } catch (IOException | MessagingException | RuntimeException e) {
            sink.discard();
            throw e;
        }
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        size += length;
        if (file == null && size > LARGEST_IN_MEMORY) {
            file = bodies.create(id, free);
            file.write(memory.toByteArray(), 0, memory.size());
            memory = null;
        }
        if (file == null) {
            memory.write(octets, offset, length);
        } else {
            file.write(octets, offset, length);
        }
    }

    boolean isFile() {
        return file != null;
    }

    /** The whole message, where it is no file. */
    byte[] octets() {
        return memory.toByteArray();
    }

    long size() {
        return size;
    }

    /** Leaves nothing of it behind. */
    void discard() {
        if (file != null) {
            file.discard();
        }
    }
}
