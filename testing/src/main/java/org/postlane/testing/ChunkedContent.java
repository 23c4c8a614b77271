// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.ByteArrayOutputStream;
import java.util.EnumMap;
import java.util.Map;

import org.postlane.testing.Violation.Kind;

/** The chunks of one message, put together (RFC 3030, 2), and what a text message should not hold (RFC 5321, 2.3.8). */
final class ChunkedContent {
    private final ByteArrayOutputStream content = new ByteArrayOutputStream(4096);
    private final Map<Kind, String> faults = new EnumMap<>(Kind.class);
    private int count;
    private boolean failed;
    private boolean afterCr;
    private int lineNumber = 1;
    private int lineLength;

    /** Takes one accepted chunk; the end of a line may lie across two of them. */
    void add(byte[] chunk) {
        count++;
        content.writeBytes(chunk);
        for (byte octet : chunk) {
            check(octet);
        }
    }

    /** Nothing of it is of use any more: a chunk was refused. */
    void fail() {
        failed = true;
    }

    boolean hasFailed() {
        return failed;
    }

    int count() {
        return count;
    }

    int size() {
        return content.size();
    }

    byte[] toByteArray() {
        return content.toByteArray();
    }

    /** What was wrong, the first place of each kind; ask at the end of the message. */
    Map<Kind, String> faults() {
        if (afterCr) {
            fault(Kind.BARE_CR);
        }
        return faults;
    }

    private void check(byte octet) {
        if (octet == '\n' && afterCr) {
            afterCr = false;
            lineNumber++;
            lineLength = 0;
            return;
        }
        if (afterCr) {
            fault(Kind.BARE_CR);
            lineLength++;
        }
        afterCr = octet == '\r';
        if (afterCr) {
            return;
        }
        if (octet == '\n') {
            fault(Kind.BARE_LF);
        } else if (octet == 0) {
            fault(Kind.CONTROL_CHARACTER);
        } else if (octet < 0) {
            fault(Kind.UNANNOUNCED_8BIT);
        }
        if (++lineLength > ContentReader.MAX_LINE) {
            fault(Kind.LONG_LINE);
        }
    }

    private void fault(Kind kind) {
        faults.putIfAbsent(kind, "line " + lineNumber + " of the chunks");
    }
}
