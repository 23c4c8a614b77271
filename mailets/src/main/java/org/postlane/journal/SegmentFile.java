// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;

/** A file that is written from its beginning to its end, by one thread. */
interface SegmentFile extends Closeable {
    /** Makes a segment file; the seam for disks that fail. */
    interface Factory {
        SegmentFile create(Path path) throws IOException;
    }

    /** Writes all that remains in the buffer. After a failure, nothing is known about the end of the file. */
    void write(ByteBuffer octets) throws IOException;

    /** Returns when everything written is on the disk. After a failure, nothing written before is certain to be there, ever. */
    void force() throws IOException;

    /** A new private file; fails where there is one already. */
    static SegmentFile create(Path path) throws IOException {
        FileChannel channel = PrivateFiles.open(path,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        return new SegmentFile() {
            @Override
            public void write(ByteBuffer octets) throws IOException {
                while (octets.hasRemaining()) {
                    channel.write(octets);
                }
            }

            @Override
            public void force() throws IOException {
                channel.force(false);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
