// SPDX-License-Identifier: Apache-2.0
package org.postlane.guice.durable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.postlane.queue.RocksDbMailQueueFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of the mail queues, which belongs to a database: the two are one store. A start finds both, or makes both. Where
 * only one is there, a volume is not mounted, a backup was not put back whole, or a URL leads elsewhere; a server that made the
 * other one anew would refuse all of its users for good, or forget mail that it had accepted.
 *
 * <p>Not safe for use by several threads.
 */
public final class QueueDirectory implements Database.Companion {
    /** Says that the queue may be made beside a database: left by a start that did not get that far, or by an administrator. */
    private static final String NEW = "new";
    private static final String MORE = " docs/durable.md tells more.";

    private static final Logger LOGGER = LoggerFactory.getLogger(QueueDirectory.class);

    private final Path directory;

    /** One that may be missing. */
    public QueueDirectory(Path directory) {
        this.directory = directory.toAbsolutePath();
    }

    /**
     * Makes the directory if there is neither a database nor a queue, and says so.
     *
     * @throws StoreError with both places and what to do, where only one of the two is there
     */
    @Override
    public void require(boolean databaseIsThere, String database) {
        boolean queueIsThere = RocksDbMailQueueFactory.areIn(directory);
        Path mayBeNew = directory.resolve(NEW);
        if (queueIsThere && !databaseIsThere) {
            throw new StoreError(directory + " holds a mail queue, but database.url=" + database + " is new: expected both or "
                + "neither. With an empty database this server would refuse all of its users. Mount or put back the database, or "
                + "mend the URL. To begin with a new store, move " + directory + " away, with the mail that it may hold." + MORE);
        }
        if (databaseIsThere && !queueIsThere && !Files.exists(mayBeNew)) {
            throw new StoreError("database.url=" + database + " is in use, but there is no mail queue in " + directory
                + ": expected both or neither. Mail that was accepted may lie in the queue that is missing. Mount it or put it "
                + "back. If there is none, allow a new one by an empty file: mkdir -p " + directory + " && touch " + mayBeNew
                + "." + MORE);
        }
        if (!queueIsThere) {
            allowNew(mayBeNew);
            if (databaseIsThere) {
                LOGGER.warn("A new mail queue is made in {}, for the database {}, which was there", directory, database);
            } else {
                LOGGER.warn("A new, empty store is made: the database {}, and the mail queue in {}. If this server had users or "
                    + "mail before, stop it now: they are not here. Is a volume not mounted?", database, directory);
            }
        }
    }

    private void allowNew(Path mayBeNew) {
        try {
            PrivateDirectory.makeIfMissing(directory);
            if (Files.notExists(mayBeNew)) {
                Files.createFile(mayBeNew);
            }
        } catch (IOException e) {
            throw new StoreError(directory + ": expected a directory that this user may write: " + e, e);
        }
    }

    /** Database and queue are there, and belong together from now on. */
    public void isMade() {
        try {
            Files.deleteIfExists(directory.resolve(NEW));
        } catch (IOException e) {
            LOGGER.warn("{} stays: should the queue be lost, a new one would be made without a question",
                directory.resolve(NEW), e);
        }
    }
}
