// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.InputStream;
import java.util.Iterator;
import java.util.Objects;

/** Lines of ASCII, none of which begins with a dot, made while they are read, and the dot behind them. */
final class LinesBody extends InputStream {
    private static final byte[] NONE = new byte[0];
    private static final String CRLF = "\r\n";

    private final Iterator<String> lines;
    private byte[] line = NONE;
    private int position;
    private boolean ended;

    LinesBody(Iterator<String> lines) {
        this.lines = lines;
    }

    @Override
    public int read() {
        return refill() ? line[position++] : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length == 0) {
            return 0;
        }
        if (!refill()) {
            return -1;
        }
        int count = Math.min(length, line.length - position);
        System.arraycopy(line, position, buffer, offset, count);
        position += count;
        return count;
    }

    private boolean refill() {
        if (position < line.length) {
            return true;
        }
        if (ended) {
            return false;
        }
        ended = !lines.hasNext();
        line = ((ended ? "." : lines.next()) + CRLF).getBytes(US_ASCII);
        position = 0;
        return true;
    }
}
