// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksObject;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** One opening of the RocksDB database, with its limits. Safe for use by several threads, but not while it is being closed. */
final class Database implements AutoCloseable {
    /** Written to the log, and not yet to tables: what all families may hold outside of the heap. */
    private static final long BUFFERS = 64L << 20;
    private static final long BUFFER_OF_A_FAMILY = 32L << 20;
    /** The log is read at a start: so much takes a second or two. */
    private static final long LOG = 192L << 20;
    private static final int OPEN_FILES = 256;
    /** Of tables, for all families, outside of the heap: a mail is read soon after it was written, and then once. */
    private static final long CACHE = 16L << 20;
    private static final String TABLES = "rocksdb.total-sst-files-size";
    private static final long INFORMATION_FILE = 1L << 20;
    private static final int INFORMATION_FILES = 3;

    /** To be closed, the last one first. */
    private final Deque<RocksObject> natives = new ArrayDeque<>();
    private final Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);
    private final RocksDB rocks;
    private final WriteOptions synced;
    private final WriteOptions unsynced;
    private final CompactRangeOptions compacting;

    private Database(Path directory, boolean readOnly) throws RocksDBException {
        try {
            DBOptions options = keep(new DBOptions())
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                // Of the log, everything up to the first record that is not whole. After a power loss that is everything that
                // was confirmed: what comes behind the last sync may be there in part, and in no order.
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setDbWriteBufferSize(BUFFERS)
                .setMaxTotalWalSize(LOG)
                .setMaxOpenFiles(OPEN_FILES)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(INFORMATION_FILE)
                .setKeepLogFileNum(INFORMATION_FILES);
            BlockBasedTableConfig tables = new BlockBasedTableConfig().setBlockCache(keep(new LRUCache(CACHE)));
            List<ColumnFamilyDescriptor> families = new ArrayList<>();
            for (Family family : Family.values()) {
                families.add(new ColumnFamilyDescriptor(family.title(), keep(new ColumnFamilyOptions())
                    .setTableFormatConfig(tables)
                    .setWriteBufferSize(BUFFER_OF_A_FAMILY)
                    .setCompressionType(CompressionType.LZ4_COMPRESSION)));
            }
            List<ColumnFamilyHandle> opened = new ArrayList<>();
            rocks = keep(readOnly
                ? RocksDB.openReadOnly(options, directory.toString(), families, opened)
                : RocksDB.open(options, directory.toString(), families, opened));
            Iterator<ColumnFamilyHandle> inOrder = opened.iterator();
            for (Family family : Family.values()) {
                handles.put(family, keep(inOrder.next()));
            }
            synced = keep(new WriteOptions()).setSync(true);
            unsynced = keep(new WriteOptions());
            compacting = keep(new CompactRangeOptions());
        } catch (RocksDBException | RuntimeException e) {
            close();
            throw e;
        }
    }

    static Database open(Path directory) throws RocksDBException {
        return new Database(directory, false);
    }

    /** Can be had on a full disk as well. */
    static Database openReadOnly(Path directory) throws RocksDBException {
        return new Database(directory, true);
    }

    private <T extends RocksObject> T keep(T object) {
        natives.push(object);
        return object;
    }

    /**
     * Writes all or nothing. Threads that do so at the same time share one write, and one sync: RocksDB has the first of them do
     * it for all that have come meanwhile.
     */
    void write(Changes changes, boolean sync) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            for (Changes.Change change : changes.all()) {
                ColumnFamilyHandle family = handles.get(change.family);
                switch (change.kind) {
                    case PUT:
                        batch.put(family, change.key, change.value);
                        break;
                    case DELETE:
                        batch.delete(family, change.key);
                        break;
                    case DELETE_SINGLE:
                        batch.singleDelete(family, change.key);
                        break;
                    default:
                        throw new IllegalArgumentException(change.kind.toString());
                }
            }
            rocks.write(sync ? synced : unsynced, batch);
        }
    }

    /** What was written without a sync is on the disk after this. */
    void sync() throws RocksDBException {
        rocks.syncWal();
    }

    /** The record, or null. */
    byte[] get(Family family, byte[] key) throws RocksDBException {
        return rocks.get(handles.get(family), key);
    }

    /** To be closed before this. */
    RocksIterator iterator(Family family) {
        return rocks.newIterator(handles.get(family));
    }

    /** Octets of the tables, of what is deleted and not yet gone too. */
    long tables() throws RocksDBException {
        long octets = 0;
        for (ColumnFamilyHandle family : handles.values()) {
            octets += rocks.getLongProperty(family, TABLES);
        }
        return octets;
    }

    /** Writes the tables anew, without what is deleted. May take long: {@link #stopCompacting} ends it. */
    void compact() throws RocksDBException {
        for (ColumnFamilyHandle family : handles.values()) {
            if (!compacting.canceled()) {
                rocks.compactRange(family, null, null, compacting);
            }
        }
    }

    void stopCompacting() {
        CompactRangeOptions unused = compacting.setCanceled(true);
    }

    /** RocksDB's own figures, syncs among them. */
    String figures() throws RocksDBException {
        return rocks.getProperty("rocksdb.dbstats");
    }

    @Override
    public void close() {
        while (!natives.isEmpty()) {
            natives.pop().close();
        }
    }
}
