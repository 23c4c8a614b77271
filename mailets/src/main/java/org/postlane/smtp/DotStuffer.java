// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import io.netty.buffer.ByteBuf;

/**
 * Turns content into what follows DATA: every line end, be it CRLF, a bare LF or a bare CR, becomes CRLF, and a dot at the
 * start of a line is doubled (RFC 5321 4.5.2). Normalising comes first, so no sequence of line ends that some server reads
 * differently can smuggle in an end of data. For the same reason a NUL at the start of a line, which no line may have
 * (RFC 5322 3.5, RFC 6152 2), is left out: a server that drops it would find a bare dot behind it. For what follows BDAT the
 * dots stay as they are (RFC 3030 2); the line ends do not, so that a message is the same whichever way it goes. Its state
 * crosses the borders of pieces.
 *
 * <p>For one message and one thread at a time.
 */
final class DotStuffer {
    private static final byte CR = '\r';
    private static final byte LF = '\n';
    private static final byte DOT = '.';
    private static final byte NUL = 0;
    private static final byte[] END_OF_DATA = {DOT, CR, LF};

    private final boolean dots;
    private boolean atLineStart = true;
    /** The last piece ended with a CR, whose line has been ended already. */
    private boolean afterCr;

    private DotStuffer(boolean dots) {
        this.dots = dots;
    }

    /** For DATA. */
    DotStuffer() {
        this(true);
    }

    /** For BDAT: line ends only. */
    static DotStuffer ofLineEnds() {
        return new DotStuffer(false);
    }

    /** Room for {@code length} octets of nearly any message; a buffer has to grow for those that change more than most. */
    static int usualCase(int length) {
        return length + length / 64 + 2 + END_OF_DATA.length;
    }

    void encode(byte[] in, int length, ByteBuf out) {
        // What goes out as it stands is copied in one go, up to the next place where something has to change.
        int copied = afterCr && length > 0 && in[0] == LF ? 1 : 0;
        int next = copied;
        afterCr &= length == 0;
        while (next < length) {
            if (atLineStart && in[next] == NUL) {
                out.writeBytes(in, copied, next - copied);
                copied = ++next;
                continue;
            }
            if (atLineStart && dots && in[next] == DOT) {
                out.writeBytes(in, copied, next - copied).writeByte(DOT);
                copied = next;
            }
            int lineEnd = LineEnds.next(in, next, length);
            atLineStart = lineEnd < length;
            next = lineEnd + 1;
            if (next < length && in[lineEnd] == CR && in[next] == LF) {
                next++;
            } else if (atLineStart) {
                out.writeBytes(in, copied, lineEnd - copied).writeByte(CR).writeByte(LF);
                copied = next;
                afterCr = in[lineEnd] == CR && next == length;
            }
        }
        out.writeBytes(in, copied, length - copied);
    }

    /** Ends the last line where it was not ended, and for DATA adds the final dot. */
    void end(ByteBuf out) {
        if (!atLineStart) {
            out.writeByte(CR).writeByte(LF);
        }
        if (dots) {
            out.writeBytes(END_OF_DATA);
        }
        atLineStart = true;
    }
}
