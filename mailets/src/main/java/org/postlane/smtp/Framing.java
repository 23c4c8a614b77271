// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.util.concurrent.CompletableFuture;

import io.netty.buffer.ByteBuf;

/** How the pieces of a message go over the wire. For one message. */
interface Framing {
    /** How many octets of content the next piece has, unless it is the last. On a reader's thread. */
    int nextOctets();

    /** The room that a piece of so many octets takes, nearly always. */
    int usualRoom(int octets);

    /** Writes a piece as it goes out into an empty buffer. Called on a reader's thread, one piece after the other. */
    void frame(byte[] octets, boolean last, ByteBuf framed);

    /** Whether, and from when on, the next piece may leave; false ends the message without its last piece. On the event loop. */
    CompletableFuture<Boolean> mayLeave(boolean last);

    /** The piece is written next. On the event loop. */
    void leaving(boolean last);
}
