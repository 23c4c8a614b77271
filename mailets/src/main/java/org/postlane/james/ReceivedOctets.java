// SPDX-License-Identifier: Apache-2.0
package org.postlane.james;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

import org.apache.james.server.core.MimeMessageSource;

/** A small message in memory, as it came. Immutable; whoever makes it leaves the octets alone from then on. */
public final class ReceivedOctets implements MimeMessageSource {
    /** What James keeps in memory by default; it has larger messages in files, of which there would be one copy more. */
    public static final int MOST = 100 * 1024;

    private final String id;
    private final byte[] octets;

    /**
     * A message.
     *
     * @param id names it in James' log
     */
    public ReceivedOctets(String id, byte[] octets) {
        this.id = id;
        this.octets = octets;
    }

    @Override
    public String getSourceId() {
        return id;
    }

    @Override
    public InputStream getInputStream() {
        return new ByteArrayInputStream(octets);
    }

    @Override
    public long getMessageSize() {
        return octets.length;
    }
}
