// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.nio.file.Path;

import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Why the queues cannot be opened, and what to do about it. */
final class StartFailure {
    private StartFailure() {
    }

    static IllegalStateException of(Path directory, Exception e) {
        return new IllegalStateException("The mail queue in " + directory + " cannot be opened: " + e.getMessage() + "."
            + (isDamage(e) ? " It is damaged. Before anything else, stop James and copy the whole directory elsewhere: it may "
                + "hold mail that was accepted. Then look for faults of the disk, and put back a backup, or move the directory "
                + "away, so that James starts with an empty queue; docs/queue.md tells more." : ""), e);
    }

    private static boolean isDamage(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof DamagedRecordException) {
                return true;
            }
            if (cause instanceof RocksDBException) {
                Status status = ((RocksDBException) cause).getStatus();
                // A file that is gone is damage as well, which the status does not tell.
                return (status != null && status.getCode() == Status.Code.Corruption)
                    || String.valueOf(cause.getMessage()).contains("No such file");
            }
        }
        return false;
    }
}
