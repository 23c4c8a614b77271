// SPDX-License-Identifier: Apache-2.0
package org.postlane.benchmarks.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;

/** Puts command lines together. */
final class CommandLine {
    private static final int MOST_OCTETS = 4_096;

    private final StringBuilder begun = new StringBuilder();

    /** The next line without its end, or null where its end has not come. */
    String read(ByteBuf octets) {
        int length = octets.bytesBefore((byte) '\n');
        if (length < 0) {
            begun.append(octets.readCharSequence(octets.readableBytes(), US_ASCII));
            if (begun.length() > MOST_OCTETS) {
                throw new IllegalStateException("a command of more than " + MOST_OCTETS + " octets");
            }
            return null;
        }
        String line = octets.toString(octets.readerIndex(), length, US_ASCII);
        octets.skipBytes(length + 1);
        if (begun.length() > 0) {
            line = begun.append(line).toString();
            begun.setLength(0);
        }
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }
}
