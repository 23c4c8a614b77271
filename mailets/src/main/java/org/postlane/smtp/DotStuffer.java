// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import io.netty.buffer.ByteBuf;

/**
 * Turns content into what follows DATA: every line end, be it CRLF, a bare LF or a bare CR, becomes CRLF, and a dot at the
 * start of a line is doubled (RFC 5321 4.5.2). Normalising comes first, so no sequence of line ends that some server reads
 * differently can smuggle in an end of data. Its state crosses the borders of pieces.
 *
 * <p>For one message and one thread at a time.
 */
final class DotStuffer {
    private static final byte CR = '\r';
    private static final byte LF = '\n';
    private static final byte DOT = '.';

    private boolean atLineStart = true;
    private boolean afterCr;

    /** The most that {@code length} octets can grow to. */
    static int worstCase(int length) {
        return 2 * length + END_OF_DATA_OCTETS;
    }

    private static final int END_OF_DATA_OCTETS = 5;

    void encode(byte[] in, int length, ByteBuf out) {
        for (int i = 0; i < length; i++) {
            byte octet = in[i];
            if (octet == LF) {
                if (!afterCr) {
                    endLine(out);
                }
                afterCr = false;
            } else if (octet == CR) {
                endLine(out);
                afterCr = true;
            } else {
                if (atLineStart && octet == DOT) {
                    out.writeByte(DOT);
                }
                out.writeByte(octet);
                atLineStart = false;
                afterCr = false;
            }
        }
    }

    /** The final dot; the last line is ended first where it was not. */
    void end(ByteBuf out) {
        if (!atLineStart) {
            endLine(out);
        }
        out.writeByte(DOT);
        endLine(out);
    }

    private void endLine(ByteBuf out) {
        out.writeByte(CR);
        out.writeByte(LF);
        atLineStart = true;
    }
}
