// SPDX-License-Identifier: Apache-2.0
package org.postlane.testing;

import java.io.IOException;

/**
 * What a server makes of content that takes any of CRLF, LF and CR for the end of a line and drops NULs as they come. So it
 * finds an end of data in each sequence that some server in the field has been found to end a message with.
 */
final class LenientOctets implements ContentReader.Source {
    private final Wire wire;
    private boolean withinLineEnd;

    LenientOctets(Wire wire) {
        this.wire = wire;
    }

    @Override
    public int read() throws IOException {
        if (withinLineEnd) {
            withinLineEnd = false;
            return '\n';
        }
        int octet = nextButNul();
        if (octet == '\r') {
            int next = nextButNul();
            if (next != '\n' && next >= 0) {
                wire.unread();
            }
        }
        if (octet == '\r' || octet == '\n') {
            withinLineEnd = true;
            return '\r';
        }
        return octet;
    }

    private int nextButNul() throws IOException {
        int octet = wire.read();
        while (octet == 0) {
            octet = wire.read();
        }
        return octet;
    }
}
