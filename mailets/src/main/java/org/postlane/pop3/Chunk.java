// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.apache.james.protocols.api.StreamResponse;

/**
 * Some octets on their way to the client. James' transport has no other way for octets than a {@link StreamResponse}, whose
 * stream Netty reads when the client takes more, and closes when it has; this one lies in memory, so that no Netty thread waits
 * for a mailbox, and its end calls for the next.
 */
final class Chunk implements StreamResponse {
    private final byte[] octets;
    private final int count;
    private final boolean endSession;
    private final Consumer<Chunk> whenTaken;
    private final AtomicBoolean taken = new AtomicBoolean();
    private volatile boolean sent;

    /**
     * @param endSession whether the connection is closed behind it
     * @param whenTaken is run once, when Netty has written it, or will not
     */
    Chunk(byte[] octets, int count, boolean endSession, Consumer<Chunk> whenTaken) {
        this.octets = octets;
        this.count = count;
        this.endSession = endSession;
        this.whenTaken = whenTaken;
    }

    /** Whether Netty has had all of it, and is done with it; more cannot be known of what a client has got. */
    boolean sent() {
        return sent;
    }

    /** Says that it has been written, or will not be. */
    void taken() {
        if (taken.compareAndSet(false, true)) {
            whenTaken.accept(this);
        }
    }

    @Override
    public InputStream getStream() {
        return new ByteArrayInputStream(octets, 0, count) {
            @Override
            public void close() {
                sent = available() == 0;
                taken();
            }
        };
    }

    @Override
    public String getRetCode() {
        return "";
    }

    @Override
    public List<CharSequence> getLines() {
        return List.of();
    }

    @Override
    public boolean isEndSession() {
        return endSession;
    }
}
