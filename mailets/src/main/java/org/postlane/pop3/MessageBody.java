// SPDX-License-Identifier: Apache-2.0
package org.postlane.pop3;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A message as RETR and TOP send it: octet for octet as it is stored, with a second dot before each that begins a line
 * (RFC 1939 3), a CRLF behind a last line that has none, and the dot that ends it.
 *
 * <p>A line of the protocol ends with CRLF, but nearly all clients end one at LF. A bare LF with a dot and CRLF behind it would
 * be the end of the message to them, with the rest of it in the place of the next response. So a dot behind a bare LF is
 * doubled too, and such a client gets what was stored. One that insists on CRLF gets the whole message as well, and keeps the
 * second dot.
 *
 * <p>Holds one buffer, however long the message is. Not safe for use by several threads at a time.
 */
final class MessageBody extends InputStream {
    private static final int BUFFER = 8192;
    private static final byte[] NONE = {};
    private static final byte[] DOT = {'.'};
    private static final byte[] END = {'.', '\r', '\n'};
    private static final byte[] END_OF_OPEN_LINE = {'\r', '\n', '.', '\r', '\n'};
    /** For RETR: no line of the body is left out. */
    static final int ALL = Integer.MAX_VALUE;

    private final InputStream message;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private byte[] inserted = NONE;
    private int insertedPosition;
    private boolean ended;
    private boolean afterLf = true;
    private boolean afterCrLf = true;
    private boolean afterCr;
    private boolean lineIsEmpty = true;
    private boolean inHeader = true;
    private int linesLeft;

    /**
     * Reads {@code message}, and closes it when it is closed.
     *
     * @param bodyLines how many lines behind the header are sent
     */
    MessageBody(InputStream message, int bodyLines) {
        this.message = message;
        this.linesLeft = bodyLines;
    }

    @Override
    public int read() throws IOException {
        if (insertedPosition < inserted.length) {
            return inserted[insertedPosition++];
        }
        if (ended) {
            return -1;
        }
        if ((!inHeader && linesLeft == 0) || (position == limit && !fill())) {
            ended = true;
            insert(afterCrLf ? END : END_OF_OPEN_LINE);
            return read();
        }
        if (afterLf && buffer[position] == '.' && inserted != DOT) {
            insert(DOT);
            return read();
        }
        inserted = NONE;
        insertedPosition = 0;
        int octet = buffer[position++] & 0xff;
        follow(octet);
        return octet;
    }

    private void insert(byte[] octets) {
        inserted = octets;
        insertedPosition = 0;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, message.read(buffer));
        return limit > 0;
    }

    /** What is a line for TOP ends with LF, so that a stored message without CRs is not sent whole. */
    private void follow(int octet) {
        afterLf = octet == '\n';
        afterCrLf = afterCr && afterLf;
        afterCr = octet == '\r';
        if (octet != '\n') {
            lineIsEmpty &= octet == '\r';
            return;
        }
        if (inHeader) {
            inHeader = !lineIsEmpty;
        } else if (linesLeft != ALL) {
            linesLeft--;
        }
        lineIsEmpty = true;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        int count = 0;
        while (count < length) {
            int octet = read();
            if (octet < 0) {
                return count == 0 ? -1 : count;
            }
            target[offset + count] = (byte) octet;
            count++;
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        message.close();
    }
}
