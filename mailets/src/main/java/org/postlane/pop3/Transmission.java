// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.function.Consumer;

import org.apache.james.protocols.api.Response;

/**
 * One response on its way, cut into chunks. Not safe for use by several threads at a time; reads from the mailbox, and so
 * belongs on a thread that may wait.
 */
final class Transmission {
    /** What one connection holds of a response at a time, in octets. */
    private static final int CHUNK = 64 * 1024;

    private final InputStream octets;
    private final boolean endsSession;
    private final boolean ofMessage;
    private boolean begun;
    private boolean finished;

    Transmission(Response response) {
        InputStream lines = new ByteArrayInputStream((String.join("\r\n", response.getLines()) + "\r\n").getBytes(UTF_8));
        this.octets = response instanceof Answers.Multiline
            ? new SequenceInputStream(lines, ((Answers.Multiline) response).body()) : lines;
        this.endsSession = response.isEndSession();
        this.ofMessage = response instanceof Answers.Multiline && ((Answers.Multiline) response).body() instanceof MessageBody;
    }

    /** Whether the last chunk was made. */
    boolean finished() {
        return finished;
    }

    /** Whether the first chunk was made. */
    boolean begun() {
        return begun;
    }

    boolean endsSession() {
        return endsSession;
    }

    /** Whether a client that does not get it all lacks a message, or a part of it. */
    boolean ofMessage() {
        return ofMessage;
    }

    /**
     * The next octets.
     *
     * @throws IOException where a message cannot be read any further
     */
    Chunk next(Consumer<Chunk> whenTaken) throws IOException {
        byte[] buffer = octets.readNBytes(CHUNK);
        begun = true;
        finished = buffer.length < CHUNK;
        return new Chunk(buffer, buffer.length, endsSession && finished, whenTaken);
    }

    /** Lets go of the message. */
    void close() throws IOException {
        octets.close();
    }
}
