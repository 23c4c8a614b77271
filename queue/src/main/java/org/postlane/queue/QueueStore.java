// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database of all queues. A write that fails, as on a full disk, leaves RocksDB refusing all others, for ever as far as Java
 * can tell: then the database is closed and opened again as soon as the disk takes something, while readers wait. Until then what
 * is there can be read.
 *
 * <p>Safe for use by several threads.
 */
final class QueueStore implements AutoCloseable {
    private static final String DATABASE = "db";
    /** Between two tries to open the database again: each one reads the log. */
    private static final long PAUSE_NANOS = 500_000_000;
    private static final Logger LOGGER = LoggerFactory.getLogger(QueueStore.class);

    private final Path directory;
    private final Space space;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    /** Null when closed, or where it can be opened neither for writing nor for reading. */
    private Database database;
    private boolean closed;
    /** Why nothing can be written; null while it can. */
    private volatile RocksDBException failure;
    private volatile boolean unsynced;
    /** Takes back what failed writes may have left behind. */
    private Changes takenBack = new Changes();
    private long lastTry = System.nanoTime() - PAUSE_NANOS;

    private QueueStore(Path directory, Space space) throws RocksDBException {
        this.directory = directory;
        this.space = space;
        this.database = Database.open(directory);
    }

    /** The database in a directory of the queue's, which is made where there is none. */
    static QueueStore open(Path directory, Space space) throws IOException, RocksDBException {
        return new QueueStore(Files.createDirectories(directory.resolve(DATABASE)), space);
    }

    /** Whether there is one: RocksDB names in this file which of its others hold. */
    static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(DATABASE).resolve("CURRENT"));
    }

    private Database opened() throws IOException {
        if (database == null) {
            throw closed ? isClosed() : stillFailing(failure);
        }
        return database;
    }

    private IOException isClosed() {
        return new IOException("The mail queue in " + directory + " is closed");
    }

    /**
     * Writes new records, all or none, and returns when they are on the disk. Where that fails none of them will show up again.
     */
    void add(Changes changes) throws IOException {
        write(changes, true, true);
    }

    /**
     * Writes all or nothing: onto the disk, or only so that it outlives this process, and within a moment onto the disk.
     *
     * @throws IOException nobody knows whether they were written
     */
    void change(Changes changes, boolean sync) throws IOException {
        write(changes, sync, false);
    }

    private void write(Changes changes, boolean sync, boolean takeBack) throws IOException {
        if (failure != null) {
            recover();
        }
        RocksDBException failed;
        Lock reading = lock.readLock();
        reading.lock();
        try {
            opened().write(changes, sync);
            if (!sync) {
                unsynced = true;
            }
            return;
        } catch (RocksDBException e) {
            failed = e;
        } finally {
            reading.unlock();
        }
        failed(failed, takeBack ? changes : new Changes());
        throw new IOException("The mail queue in " + directory + " cannot be written: " + failed.getMessage(), failed);
    }

    /** Nothing is written any more before {@link #recover}, which takes these back. */
    synchronized void failed(RocksDBException e, Changes changes) {
        takenBack.and(changes.undone());
        if (failure == null) {
            LOGGER.error("The mail queue in {} takes no mail until it can be written again; {} octets are free there", directory,
                space.usable(), e);
        }
        failure = e;
    }

    /** Onto the disk with what was written and is not there yet. */
    void sync() throws IOException {
        if (!unsynced || failure != null) {
            return;
        }
        RocksDBException failed;
        Lock reading = lock.readLock();
        reading.lock();
        try {
            unsynced = false;
            opened().sync();
            return;
        } catch (RocksDBException e) {
            unsynced = true;
            failed = e;
        } finally {
            reading.unlock();
        }
        failed(failed, new Changes());
    }

    boolean isSynced() {
        return !unsynced;
    }

    boolean isFailing() {
        return failure != null;
    }

    /** Opens the database again, if the disk takes something; does nothing if all is well. */
    synchronized void recover() throws IOException {
        if (failure == null) {
            return;
        }
        if (System.nanoTime() - lastTry < PAUSE_NANOS) {
            throw stillFailing(failure);
        }
        lastTry = System.nanoTime();
        space.probe(directory);
        stopCompacting();
        Lock writing = lock.writeLock();
        writing.lock();
        try {
            if (closed) {
                throw isClosed();
            }
            if (database != null) {
                database.close();
            }
            reopen();
        } catch (RocksDBException e) {
            throw stillFailing(e);
        } finally {
            writing.unlock();
        }
        LOGGER.info("The mail queue in {} takes mail again", directory);
    }

    private void reopen() throws RocksDBException {
        database = null;
        try {
            database = Database.open(directory);
            if (!takenBack.isEmpty()) {
                database.write(takenBack, true);
            }
            takenBack = new Changes();
            failure = null;
        } catch (RocksDBException e) {
            if (database == null) {
                database = Database.openReadOnly(directory);
            }
            throw e;
        }
    }

    private IOException stillFailing(Exception cause) {
        return new IOException("The mail queue in " + directory + " still cannot be written: " + cause.getMessage(), cause);
    }

    /**
     * The record, or null.
     *
     * @throws DamagedRecordException the database has it, and cannot make sense of it
     */
    byte[] get(Family family, byte[] key) throws IOException {
        Lock reading = lock.readLock();
        reading.lock();
        try {
            return opened().get(family, key);
        } catch (RocksDBException e) {
            if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption) {
                throw new DamagedRecordException("The mail queue in " + directory + " is damaged: " + e.getMessage(), e);
            }
            throw new IOException("The mail queue in " + directory + " cannot be read: " + e.getMessage(), e);
        } finally {
            reading.unlock();
        }
    }

    /** For each record of a family. */
    interface Visitor {
        void visit(byte[] key, byte[] value) throws IOException;
    }

    /** Goes through a family; for the start, where nothing else happens. */
    void forEach(Family family, Visitor visitor) throws IOException, RocksDBException {
        try (RocksIterator records = opened().iterator(family)) {
            for (records.seekToFirst(); records.isValid(); records.next()) {
                visitor.visit(records.key(), records.value());
            }
            records.status();
        }
    }

    /** Octets of the tables, of what is deleted and not yet gone too. */
    long tables() throws IOException {
        return read(Database::tables);
    }

    /** Gives the room of what is deleted back to the disk, while others read and write; ends early when the store is closed. */
    void compact() throws IOException {
        long unused = read(opening -> {
            opening.compact();
            return 0;
        });
    }

    private interface Reading {
        long of(Database opening) throws RocksDBException;
    }

    private long read(Reading reading) throws IOException {
        Lock held = lock.readLock();
        held.lock();
        try {
            return reading.of(opened());
        } catch (RocksDBException e) {
            throw new IOException("The mail queue in " + directory + " cannot be compacted: " + e.getMessage(), e);
        } finally {
            held.unlock();
        }
    }

    private void stopCompacting() {
        lock.readLock().lock();
        try {
            if (database != null) {
                database.stopCompacting();
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    /** RocksDB's own figures. */
    String figures() throws IOException, RocksDBException {
        return opened().figures();
    }

    /** Waits for what is being written. What is read or written afterwards fails. */
    @Override
    public void close() {
        try {
            sync();
        } catch (IOException e) {
            LOGGER.debug("Nothing to sync", e);
        }
        stopCompacting();
        Lock writing = lock.writeLock();
        writing.lock();
        try {
            closed = true;
            if (database != null) {
                database.close();
                database = null;
            }
        } finally {
            writing.unlock();
        }
    }
}
