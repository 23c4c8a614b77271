// SPDX-License-Identifier: Apache-2.0
package org.postlane.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.google.common.io.BaseEncoding;
import org.apache.james.queue.api.MailQueueName;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a start finds in the store. */
final class StoreContents {
    private static final byte[] FORMAT_KEY = "format".getBytes(US_ASCII);
    private static final String FORMAT = "1";
    private static final Logger LOGGER = LoggerFactory.getLogger(StoreContents.class);

    private final QueueStore store;
    private final Map<MailQueueName, List<Entry>> waiting = new HashMap<>();
    private final Map<MailQueueName, Integer> setAside = new HashMap<>();
    private final Set<Long> files = new HashSet<>();
    private long highest;

    private StoreContents(QueueStore store) {
        this.store = store;
    }

    /**
     * Reads the index. A record in it that cannot be understood is set aside, and of those that were set aside before, the ones
     * that can be understood now are put back: their file may have been restored, or this version may know more.
     */
    static StoreContents read(QueueStore store, Bodies bodies, Space space) throws IOException, RocksDBException {
        StoreContents contents = new StoreContents(store);
        contents.checkFormat();
        store.forEach(Family.SET_ASIDE, (key, record) -> contents.lookAgain(key, record, bodies, space));
        store.forEach(Family.INDEX, contents::add);
        bodies.putAsideUnless(contents.files::contains);
        return contents;
    }

    private void checkFormat() throws IOException {
        byte[] written = store.get(Family.STORE, FORMAT_KEY);
        if (written == null) {
            store.change(new Changes().put(Family.STORE, FORMAT_KEY, FORMAT.getBytes(US_ASCII)), true);
        } else if (!FORMAT.equals(new String(written, US_ASCII))) {
            throw new IOException("it has the format " + new String(written, US_ASCII) + ", of another version of Postlane; "
                + "this one reads and writes " + FORMAT);
        }
    }

    private void add(byte[] key, byte[] record) throws IOException {
        try {
            MailQueueName queue = Keys.queueOf(key);
            Entry entry = IndexRecord.read(Keys.idOf(key), record);
            remember(entry);
            waiting.computeIfAbsent(queue, name -> new ArrayList<>()).add(entry);
        } catch (DamagedRecordException e) {
            LOGGER.error("The record {} is damaged and set aside, out of the queue: {}", BaseEncoding.base16().encode(key),
                e.getMessage());
            store.change(new Changes().delete(Family.INDEX, key)
                .put(Family.SET_ASIDE, key, IndexRecord.withReason(record, e.getMessage().getBytes(UTF_8))), true);
            countSetAside(key);
        }
    }

    private void lookAgain(byte[] key, byte[] record, Bodies bodies, Space space) throws IOException {
        try {
            MailQueueName queue = Keys.queueOf(key);
            Entry entry = IndexRecord.read(Keys.idOf(key), record);
            remember(entry);
            MailRecords records = new MailRecords(store, bodies, space, queue);
            records.check(entry);
            store.change(new Changes().delete(Family.SET_ASIDE, key).put(Family.INDEX, key, IndexRecord.of(entry)), true);
            LOGGER.info("{} can be read again and is back in its queue", records.nameOf(entry));
        } catch (DamagedRecordException e) {
            LOGGER.warn("The record {} stays set aside: {}", BaseEncoding.base16().encode(key), e.getMessage());
            countSetAside(key);
        }
    }

    private void remember(Entry entry) {
        highest = Math.max(highest, entry.id());
        if (entry.place() == Entry.Place.FILE) {
            files.add(entry.id());
        }
    }

    private void countSetAside(byte[] key) {
        MailQueueName queue;
        try {
            queue = Keys.queueOf(key);
        } catch (DamagedRecordException e) {
            queue = MailQueueName.of("unknown");
        }
        setAside.merge(queue, 1, Integer::sum);
    }

    /** The mails of each queue, in no order. */
    Map<MailQueueName, List<Entry>> waiting() {
        return waiting;
    }

    Map<MailQueueName, Integer> setAside() {
        return setAside;
    }

    long highest() {
        return highest;
    }
}
