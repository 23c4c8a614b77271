// SPDX-License-Identifier: Apache-2.0
package org.postlane.it;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A message whose store fails behind so many octets. */
final class BrokenMessage extends FilterInputStream {
    private int left;

    BrokenMessage(InputStream message, int octets) {
        super(message);
        this.left = octets;
    }

    @Override
    public int read() throws IOException {
        byte[] octet = new byte[1];
        return read(octet, 0, 1) < 0 ? -1 : octet[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (left == 0) {
            throw new IOException("ordered by the test");
        }
        int count = super.read(target, offset, Math.min(length, left));
        left -= Math.max(count, 0);
        return count;
    }
}
