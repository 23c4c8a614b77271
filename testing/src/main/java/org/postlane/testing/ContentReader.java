// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/**
 * Reads what stands between DATA and CRLF.CRLF (RFC 5321, 4.1.1.4 and 4.5.2) or a multi-line POP3 response (RFC 1939, 3), removes
 * the stuffed dots and notes what should not be there. Only CRLF ends a line, and only CRLF.CRLF ends the content.
 */
final class ContentReader {
    /** RFC 5321, 4.5.3.1.6: 1000 octets with CRLF. */
    static final int MAX_LINE = 998;

    private enum State { LINE_START, WITHIN, CR, DOT, DOT_CR }

    private final Source source;
    private final Map<Violation.Kind, String> faults = new EnumMap<>(Violation.Kind.class);
    private final ByteArrayOutputStream content = new ByteArrayOutputStream(4096);
    private State state = State.LINE_START;
    private int lineNumber = 1;
    private int lineLength;

    ContentReader(Source source) {
        this.source = source;
    }

    /** Where octets come from. */
    @FunctionalInterface
    interface Source {
        /** The next octet, or -1 at the end. */
        int read() throws IOException;
    }

    /** Reads to the end; null when the stream ends first. */
    byte[] read() throws IOException {
        while (true) {
            int octet = source.read();
            if (octet < 0) {
                return null;
            }
            if (state == State.DOT_CR && octet == '\n') {
                return content.toByteArray();
            }
            accept(octet);
        }
    }

    /** What was wrong, the first place of each kind. */
    Map<Violation.Kind, String> faults() {
        return faults;
    }

    private void accept(int octet) {
        switch (state) {
            case LINE_START -> {
                if (octet == '.') {
                    state = State.DOT;
                } else {
                    within(octet);
                }
            }
            case DOT -> {
                if (octet == '\r') {
                    state = State.DOT_CR;
                } else {
                    if (octet != '.') {
                        fault(Violation.Kind.UNSTUFFED_DOT);
                    }
                    within(octet);
                }
            }
            case DOT_CR -> {
                // ".\r" and no LF: a line that starts with one dot and goes on.
                fault(Violation.Kind.UNSTUFFED_DOT);
                afterCr(octet);
            }
            case CR -> afterCr(octet);
            default -> within(octet);
        }
    }

    private void afterCr(int octet) {
        content.write('\r');
        if (octet == '\n') {
            content.write('\n');
            state = State.LINE_START;
            lineNumber++;
            lineLength = 0;
        } else {
            fault(Violation.Kind.BARE_CR);
            lineLength++;
            within(octet);
        }
    }

    private void within(int octet) {
        if (octet == '\r') {
            state = State.CR;
            return;
        }
        if (octet == '\n') {
            fault(Violation.Kind.BARE_LF);
        } else if (octet == 0) {
            fault(Violation.Kind.CONTROL_CHARACTER);
        } else if (octet > 127) {
            fault(Violation.Kind.UNANNOUNCED_8BIT);
        }
        content.write(octet);
        state = State.WITHIN;
        if (++lineLength > MAX_LINE) {
            fault(Violation.Kind.LONG_LINE);
        }
    }

    private void fault(Violation.Kind kind) {
        faults.putIfAbsent(kind, "line " + lineNumber + " of the content");
    }
}
