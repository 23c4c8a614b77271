// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import io.netty.buffer.ByteBuf;

/**
 * Turns content into what follows DATA: every line end, be it CRLF, a bare LF or a bare CR, becomes CRLF, and a dot at the
 * start of a line is doubled (RFC 5321 4.5.2). Normalising comes first, so no sequence of line ends that some server reads
 * differently can smuggle in an end of data. For the same reason a NUL at the start of a line, which no message may have
 * (RFC 5322 3.1, RFC 6152 2), is left out: servers that drop it would find a bare dot behind it. Its state crosses the
 * borders of pieces.
 *
 * <p>For one message and one thread at a time.
 */
final class DotStuffer {
    private static final byte CR = '\r';
    private static final byte LF = '\n';
    private static final byte DOT = '.';
    private static final byte NUL = 0;
    private static final byte[] END_OF_DATA = {DOT, CR, LF};
    private static final byte[] END_OF_LINE_AND_DATA = {CR, LF, DOT, CR, LF};

    private boolean atLineStart = true;
    private boolean afterCr;

    /** The most that {@code length} octets can grow to. */
    static int worstCase(int length) {
        return 2 * length + END_OF_LINE_AND_DATA.length;
    }

    void encode(byte[] in, int length, ByteBuf out) {
        // Into an array first: a buffer checks its bounds at every octet, and an array is copied in one go.
        byte[] encoded = new byte[worstCase(length)];
        int end = 0;
        for (int i = 0; i < length; i++) {
            byte octet = in[i];
            if (octet == CR || octet == LF) {
                if (octet == CR || !afterCr) {
                    encoded[end++] = CR;
                    encoded[end++] = LF;
                    atLineStart = true;
                }
                afterCr = octet == CR;
            } else if (octet == NUL && atLineStart) {
                afterCr = false;
            } else {
                if (atLineStart && octet == DOT) {
                    encoded[end++] = DOT;
                }
                encoded[end++] = octet;
                atLineStart = false;
                afterCr = false;
            }
        }
        out.writeBytes(encoded, 0, end);
    }

    /** The final dot; the last line is ended first where it was not. */
    void end(ByteBuf out) {
        out.writeBytes(atLineStart ? END_OF_DATA : END_OF_LINE_AND_DATA);
        atLineStart = true;
    }
}
