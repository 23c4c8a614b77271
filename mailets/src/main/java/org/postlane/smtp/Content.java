// SPDX-License-Identifier: Apache-2.0
package org.postlane.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The octets of a message: header, empty line, body, as raw MIME. Each transaction that sends it opens it anew. */
public interface Content {
    /** About how many octets it has, for the SIZE parameter (RFC 1870), which allows an estimate. */
    long size();

    /** Whether an octet above 127 occurs, so that 8BITMIME is needed (RFC 6152). */
    boolean isEightBit();

    /**
     * Whether it must arrive octet for octet, whatever its line ends: it then needs BINARYMIME (RFC 3030 3). Everything else
     * consists of lines.
     */
    default boolean isBinary() {
        return false;
    }

    /**
     * All of it, where it is in memory already: what is small is then sent without a thread that may block. Nobody may change it.
     *
     * @return empty where it has to be read
     */
    default Optional<byte[]> inMemory() {
        return Optional.empty();
    }

    /** A message in memory. The octets are not copied: they must not change while it is sent. */
    static Content of(byte[] octets) {
        return new OctetContent(octets);
    }

    /**
     * A new stream over all of it. Line ends may be CRLF, LF or CR: they are sent as CRLF, but
     * for binary content. It is read and closed on a thread
     * that may block.
     *
     * @throws IOException when the message can't be read; the transaction then ends without a final dot
     */
    InputStream open() throws IOException;
}
