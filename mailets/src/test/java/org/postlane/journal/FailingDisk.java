// SPDX-License-Identifier: Apache-2.0
package org.postlane.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Real files on a disk that has room for so many octets, refuses to sync, or takes its time, as a test says. Safe to share. */
final class FailingDisk implements SegmentFile.Factory {
    private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);
    private volatile boolean syncFails;
    private volatile CountDownLatch hanging = new CountDownLatch(0);
    private final AtomicLong attempts = new AtomicLong();

    /** From now on there is room for so many octets more. */
    void room(long octets) {
        room.set(octets);
    }

    void failSyncs(boolean fail) {
        syncFails = fail;
    }

    /** Every write waits from now on, until {@link #goOn}. */
    void hang() {
        hanging = new CountDownLatch(1);
    }

    void goOn() {
        hanging.countDown();
    }

    /** How many writes and syncs were asked for. */
    long attempts() {
        return attempts.get();
    }

    @Override
    public SegmentFile create(Path path) throws IOException {
        SegmentFile file = SegmentFile.create(path);
        return new SegmentFile() {
            @Override
            public void write(ByteBuffer octets) throws IOException {
                attempts.incrementAndGet();
                await();
                long left = room.getAndUpdate(before -> Math.max(0, before - octets.remaining()));
                if (left >= octets.remaining()) {
                    file.write(octets);
                    return;
                }
                octets.limit(octets.position() + (int) left);
                file.write(octets);
                throw new IOException("No space left on device");
            }

            @Override
            public void force() throws IOException {
                attempts.incrementAndGet();
                if (syncFails) {
                    throw new IOException("Input/output error");
                }
                file.force();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }

    private void await() {
        try {
            hanging.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
