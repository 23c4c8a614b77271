// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds line ends eight octets at a time: most octets of a message are none, and one by one they cost several times as much. */
final class LineEnds {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGHEST_BITS = 0x8080808080808080L;
    private static final long THREE_BITS_BELOW = 0x7070707070707070L;

    private LineEnds() {
    }

    /** Where the first CR or LF is from {@code from} on and before {@code to}; {@code to} where there is none. */
    static int next(byte[] octets, int from, int to) {
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long candidates = below16((long) WORDS.get(octets, at));
            while (candidates != 0) {
                int candidate = at + Long.numberOfTrailingZeros(candidates) / Byte.SIZE;
                if (isLineEnd(octets[candidate])) {
                    return candidate;
                }
                candidates &= candidates - 1;
            }
        }
        while (at < to && !isLineEnd(octets[at])) {
            at++;
        }
        return at;
    }

    /**
     * The highest bit of each octet that is less than 16, as CR and LF are, and little else but TAB. Of any other octet the sum
     * or the octet itself has that bit; no sum carries into the next octet.
     */
    private static long below16(long word) {
        return ~((word & THREE_BITS_BELOW) + THREE_BITS_BELOW | word) & HIGHEST_BITS;
    }

    private static boolean isLineEnd(byte octet) {
        return octet == '\r' || octet == '\n';
    }
}
