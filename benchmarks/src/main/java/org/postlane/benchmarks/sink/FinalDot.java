// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.sink;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;

/** Looks for the line that ends a message (RFC 5321 4.1.1.4), however it is cut into segments. */
final class FinalDot {
    /** The dot and its line end; the line end in front of them belongs to the message. */
    static final int OCTETS = 3;
    private static final byte[] END = {'\r', '\n', '.', '\r', '\n'};

    /** How many octets of {@link #END} stand at the end of what was read. */
    private int matched;
    private final ByteProcessor step = octet -> {
        if (octet == END[matched]) {
            matched++;
        } else {
            matched = octet == '\r' ? 1 : 0;
        }
        return matched < END.length;
    };

    /** A message begins, as if behind a line end. */
    void begin() {
        matched = 2;
    }

    /** Skips the message up to and with the line that ends it, or all there is; whether it ended. */
    boolean skipTo(ByteBuf octets) {
        int last = octets.forEachByte(step);
        octets.readerIndex(last < 0 ? octets.writerIndex() : last + 1);
        return last >= 0;
    }
}
