// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;

/** A message in memory. */
final class OctetContent implements Content {
    private final byte[] octets;
    private final boolean eightBit;

    OctetContent(byte[] octets) {
        this.octets = octets;
        boolean high = false;
        for (byte octet : octets) {
            high |= octet < 0;
        }
        this.eightBit = high;
    }

    @Override
    public long size() {
        return octets.length;
    }

    @Override
    public boolean isEightBit() {
        return eightBit;
    }

    @Override
    public Optional<byte[]> inMemory() {
        return Optional.of(octets);
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(octets);
    }
}
