// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing.fleet;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;

/** Reads one content up to its final dot, and keeps no more of it than the Message-ID needs. */
final class Content implements ByteProcessor {
    private static final int KEPT = 1024;
    private static final Pattern MESSAGE_ID = Pattern.compile("(?im)^message-id:\\s*<([^>]*)>");
    /** What ends a content; the line end before it belongs to the content. */
    private static final byte[] END = {'\r', '\n', '.', '\r', '\n'};
    private static final int DOT_LINE = 3;

    private final StringBuilder beginning = new StringBuilder();
    /** A dot on the first line ends it too. */
    private int matched = 2;
    private long octets;

    /** Reads on; whether the end was found. What stands behind it is left in the buffer. */
    boolean read(ByteBuf in) {
        int last = in.forEachByte(this);
        in.readerIndex(last < 0 ? in.writerIndex() : last + 1);
        return last >= 0;
    }

    /** Whether the content goes on behind this octet. */
    @Override
    public boolean process(byte octet) {
        octets++;
        if (beginning.length() < KEPT) {
            beginning.append((char) (octet & 0xff));
        }
        if (octet == END[matched]) {
            matched++;
        } else {
            matched = octet == '\r' ? 1 : 0;
        }
        if (matched < END.length) {
            return true;
        }
        octets -= DOT_LINE;
        return false;
    }

    long octets() {
        return octets;
    }

    String messageId() {
        Matcher matcher = MESSAGE_ID.matcher(beginning);
        return matcher.find() ? matcher.group(1) : "";
    }
}
